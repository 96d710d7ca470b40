/** Whoever has used the system, as Cognito named them when they first did. */
export interface Person {
  sub: string;
  name: string;
  email: string;
}
