import { BadConfig, readWebConfig, readWorkerConfig, type SecretSetting, secretSettings } from "../config.ts";

/** What is wrong with the settings of web and worker together: those that a person writes, and the secret ones. */
export function problemsOfSettings(env: NodeJS.ProcessEnv): { settings: string[]; secrets: string[] } {
  const problems = new Set([
    ...problemsOf(() => readWebConfig(env)),
    ...problemsOf(() => readWorkerConfig(env)),
  ]);
  const secrets = [...problems].filter(isAboutSecret);
  return { settings: [...problems].filter((problem) => !isAboutSecret(problem)), secrets };
}

function problemsOf(read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof BadConfig) return error.problems;
    throw error;
  }
}

function isAboutSecret(problem: string): boolean {
  const name = problem.split(" ")[0]?.replace(/_FILE$/, "");
  return secretSettings.includes(name as SecretSetting);
}
