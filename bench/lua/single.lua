-- One event a request. The first argument names a file: a body a line, "@@" in it is replaced by a number that is
-- used once, so that no two requests of a run are equal.
local heads, tails = {}, {}
local sent = 0

function setup(thread)
  thread:set("seed", os.time())
end

function init(args)
  for line in io.lines(args[1]) do
    local head, tail = line:match("^(.-)@@(.*)$")
    heads[#heads + 1], tails[#tails + 1] = head, tail
  end
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
end

function request()
  sent = sent + 1
  local which = sent % #heads + 1
  return wrk.format(nil, nil, nil, heads[which] .. seed .. "-" .. sent .. tails[which])
end

require "summary"
