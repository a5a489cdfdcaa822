// The zone of a case, as the peers' scripts beside this one have it too.

/** Names below hash.example exist when this says so, so that a name expanded in another way has another answer. */
function hashes(name) {
  if (!name.endsWith('.hash.example')) return false
  let sum = 0
  for (let i = 0; i < name.length; i++) sum += name.charCodeAt(i) * ((i % 7) + 1)
  return sum % 3 === 0
}

const UNASKABLE = { kind: 'nxdomain', ttl: 0 }
const NXDOMAIN = { kind: 'nxdomain', ttl: 60 }
const NODATA = { kind: 'nodata', ttl: 60 }

/** A Resolver over the case's zone. Names that cannot be asked for do not exist, as the port has it. */
export const resolverOf = ({ zone, failures }) => ({
  resolve(name, type) {
    if (name.length > 253 || name.split('.').some((label) => label === '' || label.length > 63))
      return UNASKABLE
    let owner = name
    for (let aliases = 0; aliases <= 10; aliases++) {
      const reason = failures[`${owner} ${type}`]
      if (reason !== undefined) return { kind: 'temperror', reason }
      const found = zone[owner] ?? (type === 'A' && hashes(owner) ? { A: ['127.0.0.2'] } : undefined)
      if (found === undefined) return NXDOMAIN
      if (found[type] !== undefined)
        return {
          kind: 'records',
          records: found[type].map((data) => recordOf(type, data)),
          ttl: 60,
          authentic: false,
        }
      if (found.CNAME === undefined) return NODATA
      owner = found.CNAME
    }
    return { kind: 'temperror', reason: 'servfail' }
  },
})

const recordOf = (type, data) => (type === 'MX' ? { preference: data[0], exchange: data[1] } : data)
