-- library: values
-- Waking workers.

-- wake is published, with its shard, if workers should check the timers early.
local wake, shard = nil, nil

-- wake_by has workers woken for a timer within the next second, or earlier than every other.
local function wake_by(due, ms)
  if ms > now + 1000 then
    local head = redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')
    if head[1] and ms >= tonumber(head[2]) then return end
  end
  wake, shard = math.min(wake or ms, ms), string.match(due, ':(%d+)}:due$')
end

-- publish_wake wakes workers if they should be. If the user may not publish, the script
-- still succeeds: workers check the timers a moment later anyway.
local function publish_wake(channel)
  if wake then redis.pcall('PUBLISH', channel, str(wake) .. '|' .. shard) end
end
