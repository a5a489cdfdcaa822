/** Files and folders that mail programs and servers keep beside mail: indexes, locks, lists. */
export const isBesideMail = (name: string): boolean =>
  /^(\.|dovecot[.-]|dovecot$|courierimap|maildir(folder|size)|subscriptions$|__MACOSX$)|\.(msf|lock|index)$/.test(
    name,
  )

/** A name that says that there is a message inside. */
export const isMailName = (name: string): boolean => /\.eml$/i.test(name)
