-- uses: values
-- Tries every command that the store uses, and leaves no data.
-- KEYS  an unused one
-- ARGV  now
-- Answer: ok, {command, error} of those that failed
-- A repeat does the same again. Most commands fail with WRONGTYPE because the key holds
-- a number, but the server checks permissions first.
local k = KEYS[1]
local tries = {
  { 'SET', k, '0', 'PX', '10000' }, { 'INCR', k }, { 'GET', k }, { 'MGET', k }, { 'EXISTS', k },
  { 'HSET', k, 'f', 'v' }, { 'HDEL', k, 'f' }, { 'HGET', k, 'f' }, { 'HMGET', k, 'f' }, { 'HGETALL', k },
  { 'SADD', k, 'm' }, { 'SREM', k, 'm' }, { 'SCARD', k }, { 'SMEMBERS', k },
  { 'ZADD', k, 'XX', '0', 'm' }, { 'ZREM', k, 'm' }, { 'ZREMRANGEBYSCORE', k, '0', '0' }, { 'ZCARD', k },
  { 'ZSCORE', k, 'm' }, { 'ZMSCORE', k, 'm' }, { 'ZCOUNT', k, '0', '0' }, { 'ZRANGE', k, '0', '0' },
  { 'ZREMRANGEBYRANK', k, '0', '0' }, { 'ZREVRANGE', k, '0', '0' },
  { 'ZRANGEBYSCORE', k, '0', '0' }, { 'ZREVRANGEBYSCORE', k, '0', '0' },
  { 'XADD', k, 'NOMKSTREAM', '*', 'f', 'v' }, { 'XRANGE', k, '0', '0' },
  { 'TIME' }, { 'PTTL', k }, { 'PEXPIRE', k, '10000' }, { 'DEL', k },
}

local failed = {}
for _, try in ipairs(tries) do
  local answer = redis.pcall(unpack(try))
  if type(answer) == 'table' and answer.err then
    failed[#failed + 1] = try[1]
    failed[#failed + 1] = answer.err
  end
end
return { 'ok', failed }
