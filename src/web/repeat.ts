/** A step that is done again and again; `wake` does it at once, `stop` waits until it is not under way. */
export type Repeated = { wake(): void; stop(): Promise<void> };

/**
 * Does a step, waits some seconds, and so on until it is stopped. What a step throws goes to `onFailure` and never ends
 * the repetition: which step is due, and for which of many processes, the database says.
 */
export function repeat(
  seconds: number,
  step: () => Promise<unknown>,
  onFailure: (error: unknown) => void,
): Repeated {
  let wakeUp = () => {};
  let stopped = false;
  let woken = false;

  const running = (async () => {
    while (!stopped) {
      woken = false;
      await step().catch(onFailure);
      if (stopped || woken) continue;
      await new Promise<void>((done) => {
        const timer = setTimeout(done, seconds * 1000);
        wakeUp = () => {
          clearTimeout(timer);
          done();
        };
      });
    }
  })();

  const wake = () => {
    woken = true;
    wakeUp();
  };
  return {
    wake,
    async stop() {
      stopped = true;
      wake();
      await running;
    },
  };
}
