/** What one step of the setup came to. */
export type State = "done" | "already there" | "to do";

/** The steps of a walk through the setup, told one by one. */
export type Walk = {
  tell: (state: State, what: string) => void;
  /** How many steps the sysadmin has to see to. */
  readonly open: number;
};

/** Starts a walk that tells each step in a line of its own. */
export function startWalk(print: (line: string) => void): Walk {
  let open = 0;
  return {
    tell(state, what) {
      if (state === "to do") open += 1;
      print(`${state.padEnd(14)}${what}`);
    },
    get open() {
      return open;
    },
  };
}
