import type { Database } from "../database.ts";
import { createStaff } from "../staff/create-staff.ts";
import { disableStaff, enableStaff } from "../staff/disable-staff.ts";
import { newPassword } from "../staff/passwords.ts";
import { setPassword } from "../staff/set-password.ts";
import { listStaff, type Role, roles, type Staff } from "../staff/staff.ts";
import { staffName } from "../staff/staff-name.ts";
import { BadCommand, type Command } from "./command.ts";
import { withDatabase } from "./desk-database.ts";

/** What is wrong with the name of a staff account; null when it will do. */
export function problemOfName(name: string): string | null {
  return staffName.safeParse(name).error?.issues[0]?.message ?? null;
}

/** `whisperdesk staff …` */
export const staffCommands: Command[] = [
  {
    name: "staff add",
    operands: ["NAME"],
    summary: "Adds a staff account and prints a one-time password",
    options: { role: { value: "ROLE", help: `${roles.join(", ")} (default: ${roles[0]})` } },
    async run({ env, print }, { operands: [name = ""], options }) {
      const role = readRole(options.role);
      const problem = problemOfName(name);
      if (problem) throw new BadCommand(problem);
      const password = newPassword();
      const made = await withDatabase(env, (db) => createStaff(db, { name, role, password }));
      if (!made.ok) throw new BadCommand(`The name “${name}” is taken, also when its account is disabled`);
      print(`${name} is added as ${role}. Password, shown only this once: ${password}`);
      return 0;
    },
  },
  {
    name: "staff password",
    operands: ["NAME"],
    summary: "Gives an account a new one-time password and ends its sessions",
    async run({ env, print }, { operands: [name = ""] }) {
      const password = newPassword();
      await withDatabase(env, async (db) => setPassword(db, (await findByName(db, name)).id, password));
      print(`${name} is signed out everywhere. Password, shown only this once: ${password}`);
      return 0;
    },
  },
  {
    name: "staff list",
    summary: "Lists the staff accounts",
    async run({ env, print }) {
      const members = await withDatabase(env, listStaff);
      for (const { name, role, disabled_at } of members)
        print(`${name.padEnd(33)}${role.padEnd(10)}${disabled_at ? "disabled" : ""}`.trimEnd());
      return 0;
    },
  },
  {
    name: "staff disable",
    operands: ["NAME"],
    summary: "Closes an account and ends its sessions",
    async run({ env, print }, { operands: [name = ""] }) {
      const change = await withDatabase(env, async (db) => disableStaff(db, (await findByName(db, name)).id));
      if (!change.ok) throw new BadCommand(`${name} is the last admin: make another one first`);
      print(`${name} is disabled`);
      return 0;
    },
  },
  {
    name: "staff enable",
    operands: ["NAME"],
    summary: "Opens a disabled account again",
    async run({ env, print }, { operands: [name = ""] }) {
      await withDatabase(env, async (db) => enableStaff(db, (await findByName(db, name)).id));
      print(`${name} is enabled`);
      return 0;
    },
  },
];

function readRole(option: string | boolean | undefined): Role {
  const role = roles.find((one) => one === (option ?? roles[0]));
  if (!role) throw new BadCommand(`--role is one of ${roles.join(", ")}`);
  return role;
}

async function findByName(db: Database, name: string): Promise<Staff> {
  const member = (await listStaff(db)).find((one) => one.name === name);
  if (!member) throw new BadCommand(`There is no account “${name}”`);
  return member;
}
