import { shownUrl } from '../../src/core/shownUrl';

test.each([
  ['https://shop.example', 'https://shop.example/'],
  ['https://shop.example:8443/a/b', 'https://shop.example:8443/a/b'],
  ['https://shop.example/a?token=HUSH', 'https://shop.example/a?…'],
  ['https://shop.example/a#HUSH', 'https://shop.example/a#…'],
  ['https://HUSH:HUSH@shop.example/?b=HUSH#HUSH', 'https://…@shop.example/?…#…'],
  ['https://HUSH@shop.example/', 'https://…@shop.example/'],
  ['ftp://HUSH@shop.example/', 'ftp://…@shop.example/'],
  ['mailto:HUSH@shop.example', 'mailto:…'],
  ['file:///etc/passwd', 'file:/etc/passwd'],
  ['hook', 'hook'],
  ['hook?token=HUSH', 'hook…'],
  ['https://HUSH:HUSH@shop example/', '…'],
  ['https://shop.example:99999/?HUSH\nHUSH', 'https://shop.example:99999/…'],
])('%s is shown as %s', (url, shown) => {
  expect(shownUrl(url)).toBe(shown);
});
