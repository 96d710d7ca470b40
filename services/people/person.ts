/** Whoever has used the system, as Cognito named them at their last sign-in. */
export interface Person {
  sub: string;
  /** Empty where the pool knows none; whom we keep is called Nameless then. */
  name: string;
  /** Empty until an address was verified. */
  email: string;
}
