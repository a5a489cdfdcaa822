-- What an MTA does besides sending messages: gives up, goes away, offers little.
-- socket

local function open()
  local conn = mt.connect(socket)
  if conn == nil then error "cannot connect" end
  return conn
end

-- An abort in the middle, then a message.
local conn = open()
mt.mailfrom(conn, "<given-up>")
mt.header(conn, "X-Last", "reject")
if mt.abort(conn) ~= nil then error "abort" end
mt.mailfrom(conn, "<goes-on>")
mt.rcptto(conn, "<b>")
mt.header(conn, "X-Other", "x")
if mt.eom(conn) ~= nil then error "end of message" end
if mt.getreply(conn) ~= SMFIR_CONTINUE then error("after abort: reply " .. mt.getreply(conn)) end
mt.disconnect(conn)

-- Gone in the middle of a message, without a word.
conn = open()
mt.mailfrom(conn, "<lost>")
mt.header(conn, "X-Other", "x")
mt.disconnect(conn, false)

-- An MTA that offers no steps and no actions to leave out.
conn = open()
if mt.negotiate(conn, 2, 0, 0) ~= nil then error "negotiate" end
mt.mailfrom(conn, "<bare>")
mt.rcptto(conn, "<b>")
mt.header(conn, "X-Last", "tempfail")
mt.eoh(conn)
mt.bodystring(conn, "x\r\n")
if mt.eom(conn) ~= nil then error "end of message" end
if mt.getreply(conn) ~= SMFIR_TEMPFAIL then error("bare: reply " .. mt.getreply(conn)) end
mt.disconnect(conn)
