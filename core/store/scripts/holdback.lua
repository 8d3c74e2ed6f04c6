-- uses: values
-- Grants no place in some buckets for a while.
-- KEYS  floors
-- ARGV  now, ms to wait
-- Answer: ok
local wait = int()
for _, floor in ipairs(KEYS) do
  if num(redis.call('GET', floor)) < now + wait then
    redis.call('SET', floor, str(now + wait), 'PX', str(wait))
  end
end
return { 'ok' }
