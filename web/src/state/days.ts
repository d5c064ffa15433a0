/** Days of China Standard Time, as the API counts them. */

const DAY = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' })

/** Today as `YYYY-MM-DD`, or so many days from now. */
export function today(after = 0): string {
  return DAY.format(new Date(Date.now() + after * 86_400_000))
}
