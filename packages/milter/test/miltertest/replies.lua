-- Every reply at every step; the filter answers what the name asks for.
-- socket

local replies = {
  accept = SMFIR_ACCEPT,
  reject = SMFIR_REJECT,
  tempfail = SMFIR_TEMPFAIL,
  discard = SMFIR_DISCARD,
  continue = SMFIR_CONTINUE,
  code = SMFIR_REPLYCODE,
}

local function open()
  local conn = mt.connect(socket)
  if conn == nil then error "cannot connect" end
  return conn
end

local function expect(conn, problem, wanted, name)
  if problem ~= nil then error(name .. ": " .. problem) end
  if mt.getreply(conn) ~= replies[wanted] then error(name .. ": reply " .. mt.getreply(conn)) end
end

for wanted in pairs(replies) do
  local conn = open()
  expect(conn, mt.conninfo(conn, wanted .. ".example.org", "192.0.2.1"), wanted, "connect")
  mt.disconnect(conn)

  conn = open()
  expect(conn, mt.helo(conn, wanted), wanted, "helo")
  mt.disconnect(conn)

  conn = open()
  expect(conn, mt.mailfrom(conn, "<" .. wanted .. ">"), wanted, "mail")
  mt.disconnect(conn)

  conn = open()
  expect(conn, mt.rcptto(conn, "<" .. wanted .. ">"), wanted, "recipient")
  mt.disconnect(conn)

  conn = open()
  expect(conn, mt.header(conn, "X-Answer", wanted), wanted, "header")
  mt.disconnect(conn)

  conn = open()
  expect(conn, mt.bodystring(conn, wanted), wanted, "body")
  mt.disconnect(conn)

  conn = open()
  expect(conn, mt.header(conn, "X-Last", wanted), "continue", "header")
  expect(conn, mt.eom(conn), wanted, "end of message")
  if wanted == "code" and not mt.eom_check(conn, MT_SMTPREPLY, "550", "5.7.1", "100%% sure") then
    error "the reply's text is not as expected"
  end
  mt.disconnect(conn)
end
