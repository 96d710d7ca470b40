/** Whoever has used the system, as Cognito named them at their last sign-in. */
export interface Person {
  sub: string;
  name: string;
  /** Empty until an address was verified. */
  email: string;
}
