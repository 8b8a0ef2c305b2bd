export type StoredMail = { uid: number; raw: Buffer; flags: string[]; internalDate: Date };
export type FolderFacts = {
  name: string;
  uidValidity: number;
  uidNext: number;
  flags: Record<number, string[]>;
};
export type StoredFolder = FolderFacts & { mails: StoredMail[] };

/** Where mail outlives the process. Each call has done its work when it returns; what it throws refuses the command. */
export type MailStore = {
  load(user: string): StoredFolder[];
  keepFolder(user: string, facts: FolderFacts): void;
  keepMail(user: string, folder: string, mail: StoredMail): void;
  dropMail(user: string, folder: string, uid: number): void;
  dropFolder(user: string, folder: string): void;
};
