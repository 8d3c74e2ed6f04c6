-- library: values
-- Calls that several callers make with one script (join.go). After the keys and arguments that
-- they have in common, each has the number of its own keys, the number of its own arguments,
-- and these.

-- own returns a key of the present call, counted from the first that is its own.
local function own(i) return KEYS[shared + before + i] end

-- ends reports whether an error ends the script: one about the server's state, which concerns
-- every call. The client must see it, because it may have to leave that server.
local function ends(err)
  local code = string.match(err, '%u%u%u+')
  return code and code ~= 'ERR' and code ~= 'WRONGTYPE'
end

-- each carries out the calls with f, which takes a call's arguments and returns its answer.
-- Their keys begin after the first n. The answer to a call that raises an error is
-- {'failed', error}.
local function each(n, f)
  shared = n
  local out = { 'ok' }
  while taken < #ARGV do
    local keys, args = int(), int()
    local last = taken + args
    local fine, answer = pcall(f)
    if not fine then
      local err = type(answer) == 'table' and answer.err or tostring(answer) -- depends on the server
      if ends(err) then return redis.error_reply(string.match(err, '%u%u%u+.*')) end
      answer = { 'failed', err }
    end
    out[#out + 1] = answer
    taken, before = last, before + keys
  end
  return out
end
