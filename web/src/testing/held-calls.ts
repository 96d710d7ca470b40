/** A call whose answer a test gives when it likes. */
export interface HeldCall<Args extends unknown[], Answer> {
  args: Args;
  answer: (value: Answer) => void;
  fail: (cause: Error) => void;
}

/** For specs: a function whose answers are given by hand, in any order. */
export class HeldCalls<Args extends unknown[], Answer> {
  readonly all: HeldCall<Args, Answer>[] = [];

  readonly call = (...args: Args): Promise<Answer> => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.all.push({ args, answer: resolve, fail: reject });
    return promise;
  };

  /** The n-th call, from 0; fails where it has not been made. */
  at(index: number): HeldCall<Args, Answer> {
    const call = this.all[index];
    if (!call) throw new Error(`Call ${index} was not made; there were ${this.all.length}.`);
    return call;
  }
}

/** Lets all that can go on without an answer by hand go on. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
