/** The statement was not run: one before it in the same transaction failed, which ended it. */
export class TransactionAborted extends Error {
  override name = 'TransactionAborted';
}
