/**
 * The same text in one piece. V8 keeps what was put together as a tree of its parts (a UUID has twenty), for as long as nobody looks into it; worth a
 * copy where thousands are kept.
 */
export const flatText = (text: string): string => Buffer.from(text).toString()
