package core

import "strings"

// Topic groups that belong to no risk have keys of their own, "T-3". Like the key of a
// risk, such a key has a shard, runs and a trail, but nothing is filed under it.

// TopicPrefix returns the prefix of these keys: "T", or "TG" if the keys of risks have
// that.
func (o *Organisation) TopicPrefix() string {
	if strings.EqualFold(o.KeyPrefix, "T") {
		return "TG"
	}
	return "T"
}

// IsTopic reports whether k is the key of a topic group that belongs to no risk.
func (o *Organisation) IsTopic(k RiskKey) bool {
	prefix, _, _ := strings.Cut(string(k), "-")
	return prefix == o.TopicPrefix() && prefix != o.KeyPrefix && k.Number() > 0
}

// ParseTopicKey reads the key of a topic group as people type it: in any case, and
// always with its prefix.
func (o *Organisation) ParseTopicKey(s string) (RiskKey, bool) {
	if !strings.Contains(s, "-") {
		return "", false
	}
	key, err := ParseRiskKey(o.TopicPrefix(), s)
	return key, err == nil
}
