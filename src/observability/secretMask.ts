/** What stands in a log line where a secret stood. */
export const maskedText = '[masked]';

const secretName =
  'authorization|cookie|credential|passw|secret|token|jwt|' +
  'private_?key|public_?key|api_?key|signing_?key';
const secretNamePattern = new RegExp(secretName, 'i');
// Bounded repeats: an unbounded one makes a long hostile line cost the square of its length.
const secretMemberPattern = new RegExp(`"[^"]{0,64}(?:${secretName})[^"]{0,64}":`, 'i');
const quotedMemberPattern = new RegExp(
  String.raw`(\\"[^"\\]{0,64}(?:${secretName})[^"\\]{0,64}\\" *: *\\")[^"\\]*`,
  'gi',
);

// Shapes that are secret wherever they stand, also in the middle of a message. The text is JSON,
// so a quote inside a value is always behind a backslash.
const secretShapes: readonly (readonly [RegExp, string])[] = [
  // A JSON Web Token, or any part of one that starts at a header or payload.
  [/ey[AJ][A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]*){0,2}/g, maskedText],
  [
    /-----BEGIN [A-Z0-9 ]*KEY-----(?:[^"\\]|\\[^"])*?(?:-----END [A-Z0-9 ]*KEY-----|(?=\\?"))/g,
    maskedText,
  ],
  [/LS0tLS1CRUdJTi[A-Za-z0-9+/=_-]*/g, maskedText],
  [/\b(Bearer|Basic) +[A-Za-z0-9._~+/=-]+/gi, `$1 ${maskedText}`],
  // A password in a Redis URL may hold a slash; in another URL an @ may stand in the query.
  [/(rediss?:\/\/)(?:[^\s"\\]|\\.){0,1024}@/gi, `$1${maskedText}@`],
  [/(:\/\/)(?:[^\s"\\/@]|\\.)*@/gi, `$1${maskedText}@`],
  // A JSON text inside a message.
  [quotedMemberPattern, `$1${maskedText}`],
  [/([?&](?:password|token|secret)=)(?:[^\s"\\&]|\\.)*/gi, `$1${maskedText}`],
];

/**
 * Masks every secret in one JSON log line: the values of members whose name says that they are
 * secret (at any depth, of any type), and tokens, PEM keys, authorization values and passwords in
 * URLs wherever they stand.
 *
 * @param line one JSON object, with or without a line end
 * @returns the line; itself when it holds no secret
 */
export function maskSecrets(line: string): string {
  let masked = line;
  if (secretMemberPattern.test(line)) {
    masked = maskSecretMembers(line);
  }
  for (const [shape, replacement] of secretShapes) masked = masked.replace(shape, replacement);
  return masked;
}

function maskSecretMembers(line: string): string {
  const mask = (name: string, value: unknown) =>
    secretNamePattern.test(name) ? maskedText : value;
  const end = line.endsWith('\n') ? '\n' : '';
  try {
    return JSON.stringify(JSON.parse(line), mask) + end;
  } catch {
    // Losing a line is better than a secret in the log or a request that fails because of its log.
    return `{"level":"error","msg":"a log line that may hold a secret is not JSON"}${end}`;
  }
}
