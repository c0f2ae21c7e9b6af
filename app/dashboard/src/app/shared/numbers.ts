const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** "1,234"; from a hundred thousand on "123.5K". */
export function shortNumber(value: number): string {
  return (value < 100_000 ? WHOLE : SHORT).format(value);
}

const UNITS = ['B/s', 'kB/s', 'MB/s', 'GB/s', 'TB/s'];

/** "12 kB/s". */
export function byteRate(value: number): string {
  let unit = 0;
  let rest = value;
  while (rest >= 1000 && unit < UNITS.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  return `${rest >= 100 || unit === 0 ? Math.round(rest) : rest.toFixed(1)} ${UNITS[unit]}`;
}
