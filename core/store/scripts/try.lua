-- uses: values
-- Looks up an open offer, and counts a try if the code is wrong.
-- KEYS  offers, tries of the account, tries in all
-- ARGV  now, op, hash of the code, window in ms, limit of the account, limit in all
-- Answer: ok, account or '', ms until when, tries left, ms until the next is free
-- A repeat is recognised by its op.
local op, hash, window, most, most_in_all = arg(), arg(), int(), int(), int()
local mine, all = KEYS[2], KEYS[3]
redis.call('ZREMRANGEBYSCORE', mine, '-inf', str(now - window))
redis.call('ZREMRANGEBYSCORE', all, '-inf', str(now - window))

-- left returns how many tries are left, and if none, when there will be one.
local function left()
  local n = math.min(most - redis.call('ZCARD', mine), most_in_all - redis.call('ZCARD', all))
  if n > 0 then return str(n), '0' end
  local full = redis.call('ZCARD', mine) >= most and mine or all
  local oldest = redis.call('ZRANGE', full, 0, 0, 'WITHSCORES')
  return '0', str(tonumber(oldest[2]) + window - now)
end

local again = score(mine, op)
if not again then
  local n, wait = left()
  if n == '0' then return { 'ok', '', '0', n, wait } end
  local till, who = string.match(redis.call('HGET', KEYS[1], hash) or '', '^(%d+)|(.*)$')
  if till and tonumber(till) > now then return { 'ok', who, till, n, '0' } end
  for _, set in ipairs({ mine, all }) do
    redis.call('ZADD', set, str(now), op)
    redis.call('PEXPIRE', set, str(window + 3600000))
  end
end
return { 'ok', '', '0', left() }
