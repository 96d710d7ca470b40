import type { RotationSettings } from '../rotate-secret.ts';

/** Thrown in place of the process' end. */
export class Killed extends Error {
  override name = 'Killed';
}

/**
 * The same parts in a process that is killed right before its call of that number, counted from 0: which is right after
 * the call before. `names` are the calls that it came to.
 */
export function killedBefore(parts: RotationSettings, call: number) {
  const names: string[] = [];
  const killable = beforeEachCall(parts, (name) =>
    names.push(name) > call ? Promise.reject(new Killed(name)) : Promise.resolve(),
  );
  return { parts: killable, names };
}

/** The same parts; each call waits for what is done before it, and is not made where that rejects. */
export function beforeEachCall(
  parts: RotationSettings,
  before: (name: string) => Promise<void>,
): RotationSettings {
  const guard =
    <Args extends unknown[], Result>(name: string, work: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      await before(name);
      return work(...args);
    };
  const { secrets, server, header } = parts;
  return {
    ...parts,
    secrets: {
      ...secrets,
      labels: guard('labels', secrets.labels),
      read: guard('read', secrets.read),
      putPending: guard('putPending', secrets.putPending),
      makeCurrent: guard('makeCurrent', secrets.makeCurrent),
    },
    server: {
      admits: guard('admits', server.admits),
      rights: guard('rights', server.rights),
      stateOf: guard('stateOf', server.stateOf),
      setPassword: guard('setPassword', server.setPassword),
      changeOwnPassword: guard('changeOwnPassword', server.changeOwnPassword),
    },
    header: header && {
      ...header,
      read: guard('readHeader', header.read),
      write: guard('writeHeader', header.write),
    },
  };
}
