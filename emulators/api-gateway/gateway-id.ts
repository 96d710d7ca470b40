const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const FIVE_CHARACTERS = 2 ** 30;
const COUNTER_CHARACTERS = 2 ** 28;

/**
 * Makes ids of the form of API Gateway's (`L0SM9cOFvHcCIhw=`): 11 bytes in URL-safe base64. Ten
 * characters are random and five count, so no id comes twice from one source, however poor its
 * randomness.
 */
export function createIdSource(random: () => number): () => string {
  let count = Math.floor(random() * COUNTER_CHARACTERS);
  return () => {
    count = (count + 1) % COUNTER_CHARACTERS;
    const first = Math.floor(random() * FIVE_CHARACTERS);
    const second = Math.floor(random() * FIVE_CHARACTERS);
    // Eleven bytes are 88 bits: the last of 15 characters carries only four of its six.
    return `${encode(first)}${encode(second)}${encode(count * 4)}=`;
  };
}

/**
 * True for anything of a connection id's form. The last character's two spare bits may be set:
 * AWS answers "gone" and not "bad request" to `H111mc0HywMCEEf=` (localstack issue 4694).
 */
export function isConnectionId(text: string): boolean {
  return /^[A-Za-z0-9_-]{15}=$/.test(text);
}

function encode(bits: number): string {
  let text = '';
  for (let shift = 24; shift >= 0; shift -= 6) text += ALPHABET.charAt((bits >>> shift) & 63);
  return text;
}
