/** Prints rows as a Markdown table that is also aligned for a terminal. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i]!.length)));
  const print = (cells: readonly string[]) => {
    console.log(`| ${cells.map((cell, i) => pad(cell, widths[i]!, i)).join(' | ')} |`);
  };
  print(head);
  print(widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)));
  rows.forEach(print);
}

/** The first column is text, the others are numbers. */
function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}

/** A number for people: few digits where it is large. */
export function shown(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(value >= 10 ? 1 : 2);
}
