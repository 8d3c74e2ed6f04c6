-- uses: values
-- Takes a leadership if it is free.
-- KEYS  the leadership
-- ARGV  now, nonce, who asks, ms
-- Answer: ok, taken (0/1), fence, who leads, memo of the leader before
-- A repeat is recognised by its nonce.
local nonce, who, length = arg(), arg(), int()
local l = fields(redis.call('HGETALL', KEYS[1]))
if l.nonce ~= nonce and num(l.till) <= now then
  l.nonce, l.who, l.fence, l.till = nonce, who, str(num(l.fence) + 1), str(now + length)
  redis.call('HSET', KEYS[1], unpack(flat(l)))
end
return { 'ok', l.nonce == nonce and '1' or '0', l.fence, l.who, l.memo or '' }
