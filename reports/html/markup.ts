import htm from 'htm'
import { h, type VNode } from 'preact'

type Template = (strings: TemplateStringsArray, ...values: unknown[]) => VNode

/** HTML as tagged templates. The cast is for htm's type of a CommonJS default export. */
export const markup: Template = (htm as unknown as { bind(create: typeof h): Template }).bind(h)
