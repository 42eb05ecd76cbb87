/** For an option that may be repeated. */
export const collect = (value: string, previous: string[]): string[] => [...previous, value]

/** For an option that may be repeated, each time with one value or several between commas. */
export const collectList = (value: string, previous: string[]): string[] => [...previous, ...value.split(',')]
