/** The link that authenticator apps open or scan (Google Authenticator's key URI format). */
export function otpauthUri(secret: string, email: string): string {
  const label = `${encodeURIComponent('Ordercast')}:${encodeURIComponent(email)}`;
  return `otpauth://totp/${label}?secret=${secret}&issuer=Ordercast`;
}

/** The secret in groups of four, as people read it out. */
export function spacedSecret(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, '$1 ');
}
