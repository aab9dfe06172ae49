/**
 * A URL as it may be shown to people and in logs: without its user, query and fragment, which may
 * hold secrets. Of a text that is no URL what stands before them.
 */
export function shownUrl(text: string): string {
  if (!URL.canParse(text)) {
    const shown = text.replace(/[?#].*$/s, '…');
    return text.includes('@') ? '…' : shown;
  }
  const { protocol, host, pathname, search, hash, username, password } = new URL(text);
  const user = username + password === '' ? '' : '…@';
  const rest = `${search && '?…'}${hash && '#…'}`;
  if (host === '') return `${protocol}${/[?#@]/.test(text) ? '…' : pathname}`;
  return `${protocol}//${user}${host}${pathname}${rest}`;
}
