// What every command about the filter's store begins and ends with.

import { complain, type ExitStatus, exit } from './command.ts'
import type { CliIo } from './io.ts'
import type { OpenedFilter, OpenFilter, OpenFilterOptions } from './learn/filter.ts'

/** Opens the filter, calls `use`, closes it; complains when it cannot be opened, or when its store fails. */
export async function withFilter(
  open: OpenFilter,
  options: OpenFilterOptions,
  io: CliIo,
  use: (opened: OpenedFilter & { ok: true }) => Promise<ExitStatus>,
): Promise<ExitStatus> {
  const opened = await open(options, io)
  if (!opened.ok) return complainOfFilter(opened, io)
  try {
    return await use(opened)
  } catch (error) {
    return complain(io, `the filter's store failed: ${(error as Error).message}`, exit.failed)
  } finally {
    await opened.filter.close()
  }
}

/** Says why there is no filter. */
export function complainOfFilter(
  { messages, isUsage }: OpenedFilter & { ok: false },
  io: CliIo,
  statuses: { readonly usage: ExitStatus; readonly failed: ExitStatus } = exit,
): ExitStatus {
  for (const message of messages) complain(io, message)
  return isUsage ? statuses.usage : statuses.failed
}

/** The option of those that work on one model. */
export const userOption = {
  user: { type: 'string', short: 'u', value: 'USER', summary: "this user's own model, not the shared one" },
} as const

/** As options of the filter have it. */
export const whose = (user: string | undefined): { user?: string } => (user === undefined ? {} : { user })
