-- As single.lua, with so many events a request as the second argument says, one a line (NDJSON).
local heads, tails = {}, {}
local sent, each = 0, 1

function setup(thread)
  thread:set("seed", os.time())
end

function init(args)
  for line in io.lines(args[1]) do
    local head, tail = line:match("^(.-)@@(.*)$")
    heads[#heads + 1], tails[#tails + 1] = head, tail .. "\n"
  end
  each = tonumber(args[2])
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/x-ndjson"
end

function request()
  local lines = {}
  for n = 1, each do
    sent = sent + 1
    local which = sent % #heads + 1
    lines[n] = heads[which] .. seed .. "-" .. sent .. tails[which]
  end
  return wrk.format(nil, nil, nil, table.concat(lines))
end

require "summary"
