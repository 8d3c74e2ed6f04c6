-- uses: values
-- Stores an offer to link an account. It replaces any other of that account.
-- KEYS  offers
-- ARGV  now, hash of the code, account, ms until when
-- Answer: ok
-- A repeat writes the same again.
local hash, account, till = arg(), arg(), int()
local all = fields(redis.call('HGETALL', KEYS[1]))
for h, offer in pairs(all) do
  local ends, who = string.match(offer, '^(%d+)|(.*)$')
  if tonumber(ends) <= now or (who == account and h ~= hash) then redis.call('HDEL', KEYS[1], h) end
end
redis.call('HSET', KEYS[1], hash, str(till) .. '|' .. account)
-- One hour longer, because a demo moves the clock.
redis.call('PEXPIRE', KEYS[1], str(till - now + 3600000))
return { 'ok' }
