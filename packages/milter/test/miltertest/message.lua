-- A message through every step and all changes at its end.
-- socket, version, steps (offered), waits (1: the filter decides every step, 0: it observes them)

version = tonumber(version)
conn = mt.connect(socket)
if conn == nil then error "cannot connect" end
-- The manual page has actions before steps; on the wire (miltertest 1.6.0) it is the other way round.
local problem = mt.negotiate(conn, version, tonumber(steps), 0x1ff)
if problem ~= nil then error(problem) end

local observes = waits == "0" and version == 6
local function has(option, expected, name)
  if mt.test_option(conn, option) ~= expected then error(name .. " is not as expected") end
end
has(SMFIP_NR_CONN, observes, "NR_CONN")
has(SMFIP_NR_HELO, observes, "NR_HELO")
has(SMFIP_NR_MAIL, observes, "NR_MAIL")
has(SMFIP_NR_RCPT, observes, "NR_RCPT")
has(SMFIP_NR_HDR, observes, "NR_HDR")
has(SMFIP_NR_EOH, observes, "NR_EOH")
has(SMFIP_NR_BODY, observes, "NR_BODY")
has(SMFIP_NOHDRS, false, "NOHDRS")
has(SMFIP_NOBODY, false, "NOBODY")
for _, action in ipairs { SMFIF_ADDHDRS, SMFIF_CHGHDRS, SMFIF_CHGBODY, SMFIF_ADDRCPT, SMFIF_DELRCPT, SMFIF_QUARANTINE } do
  if not mt.test_action(conn, action) then error("action " .. action .. " is missing") end
end

local function step(problem, name)
  if problem ~= nil then error(name .. ": " .. problem) end
  if mt.getreply(conn) ~= SMFIR_CONTINUE then error(name .. ": reply " .. mt.getreply(conn)) end
end

-- Two messages on one connection.
mt.macro(conn, SMFIC_CONNECT, "j", "mx.example.net", "{daemon_name}", "test")
step(mt.conninfo(conn, "mail.example.org", "192.0.2.1"), "connect")
mt.macro(conn, SMFIC_HELO, "{tls_version}", "TLSv1.3")
step(mt.helo(conn, "mail.example.org"), "helo")
if version >= 3 then step(mt.unknown(conn, "XYZ"), "unknown") end
for round = 1, 2 do
  mt.macro(conn, SMFIC_MAIL, "i", "Q" .. round, "{auth_authen}", "user")
  step(mt.mailfrom(conn, "<a@example.org>", "SIZE=100"), "mail")
  step(mt.rcptto(conn, "<b@example.org>"), "recipient 1")
  step(mt.rcptto(conn, "<c@example.org>", "NOTIFY=NEVER"), "recipient 2")
  if version >= 4 then step(mt.data(conn), "data") end
  step(mt.header(conn, "From", "a@example.org"), "From")
  step(mt.header(conn, "X-Same", "one"), "X-Same 1")
  step(mt.header(conn, "X-Same", "two"), "X-Same 2")
  step(mt.header(conn, "Subject", "folded\n\there"), "Subject")
  step(mt.eoh(conn), "end of header")
  step(mt.bodystring(conn, "hello\r\n"), "body 1")
  step(mt.bodyrandom(conn, 100000), "body 2")
  if mt.eom(conn) ~= nil then error "end of message" end
  if mt.getreply(conn) ~= SMFIR_ACCEPT then error("end of message: reply " .. mt.getreply(conn)) end
  local function check(found, name)
    if not found then error("message " .. round .. ": " .. name) end
  end
  check(mt.eom_check(conn, MT_HDRINSERT, "X-Queue", "Q" .. round, 0), "X-Queue is not inserted")
  check(mt.eom_check(conn, MT_HDRADD, "X-Macros", "user mx.example.net test TLSv1.3"), "X-Macros is not added")
  check(mt.eom_check(conn, MT_HDRCHANGE, "Subject", "changed"), "Subject is not changed")
  check(mt.eom_check(conn, MT_HDRDELETE, "X-Same"), "X-Same is not deleted")
  check(mt.eom_check(conn, MT_RCPTADD, "<d@example.org>"), "no recipient is added")
  check(mt.eom_check(conn, MT_RCPTDELETE, "<b@example.org>"), "no recipient is deleted")
  check(mt.eom_check(conn, MT_BODYCHANGE, "new\r\n"), "the body is not replaced")
  check(mt.eom_check(conn, MT_QUARANTINE, "looks odd"), "nothing is quarantined")
end
mt.disconnect(conn)
