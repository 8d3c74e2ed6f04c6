package emulator

import "slices"

// repliesTo returns the replies in the thread that m begins, oldest first.
func repliesTo(m *message) []*message {
	var out []*message
	for _, r := range m.Channel.After(m) {
		if r.Body.thread == m {
			out = append(out, r)
		}
	}
	return out
}

// showThread adds what the API says of a message's thread.
func (t *team) showThread(m *message, out object) {
	if first := m.Body.thread; first != nil {
		out["thread_ts"], out["parent_user_id"] = first.ID, first.Author
		return
	}
	replies := repliesTo(m)
	if len(replies) == 0 {
		return
	}
	const most = 5
	var who []string
	for _, r := range replies {
		if !slices.Contains(who, r.Author) {
			who = append(who, r.Author)
		}
	}
	out["thread_ts"], out["reply_count"], out["latest_reply"] = m.ID, len(replies), replies[len(replies)-1].ID
	out["reply_users"], out["reply_users_count"] = who[:min(len(who), most)], len(who)
}

// conversationsReplies lists a thread, oldest first. Its first message is there whatever
// oldest says.
func conversationsReplies(a *api, c *call) (object, error) {
	if !c.ch.Has(botUserID) {
		return nil, refuse("not_in_channel")
	}
	first := c.ch.Message(c.str("ts"))
	if first == nil {
		return nil, refuse("thread_not_found")
	}
	if first.Body.thread != nil {
		first = first.Body.thread
	}
	all := []*message{first}
	for _, m := range repliesTo(first) {
		if c.inWindow(m) {
			all = append(all, m)
		}
	}
	return a.listed(c, all)
}
