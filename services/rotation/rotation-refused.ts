/** A rotation that does not go on until somebody has put right what the text names. The text holds no secret value. */
export class RotationRefused extends Error {
  override name = 'RotationRefused';
}
