export type ParsedNumber =
  | { readonly ok: true; readonly value: number | undefined }
  | { readonly ok: false; readonly message: string }

/** The number given with an option; undefined when the option was not given. */
export function parseNumberOption(
  name: string,
  text: string | undefined,
  { max, isWhole = false }: { max: number; isWhole?: boolean },
): ParsedNumber {
  if (text === undefined) return { ok: true, value: undefined }
  const value = Number(text)
  const isNumber = /^\d+(\.\d+)?$/.test(text) && value <= max && (!isWhole || Number.isInteger(value))
  if (isNumber) return { ok: true, value }
  return {
    ok: false,
    message: `--${name} is a ${isWhole ? 'whole ' : ''}number from 0 to ${max}, not "${text}"`,
  }
}
