package flow

// chineseSteps has what is wrong with waits and replies.
func chineseSteps() map[string]string {
	return map[string]string{
		"no step comes after this wait: remove it": "此等待之后没有步骤：请删除它",
		"a wait acts nowhere: leave out workspace": "等待步骤不在任何工作区中执行：请去掉 workspace",
		"a wait can't fail: leave out on_error":    "等待步骤不会失败：请去掉 on_error",

		"step %d sends this message to %s: a reply goes to the same group":                                         "此消息由第 %d 步发送到 %s：回复必须发到同一群组",
		"a message can't reply to itself":                                                                          "消息不能回复自己",
		"step %d sends the message %q after this one: move that step before this one":                              "第 %d 步在这一步之后才发送消息 %q：请把那一步移到这一步之前",
		"%q is a group: write the id of a message":                                                                 "%q 是群组：请填写消息的 id",
		"there is no message %q: give an earlier %s this id":                                                       "没有消息 %q：请为前面的某个 %s 设置此 id",
		"step %d sends this message to people: only a send_message can reply to it":                                "第 %d 步将此消息以私信发送：只有 send_message 可以回复它",
		"step %d sends this message to a group: only a send_group_message can reply to it":                         "第 %d 步将此消息发送到群组：只有 send_group_message 可以回复它",
		"step %d sends this message in the workspace where the risk was filed: a reply goes to the same workspace": "第 %d 步在填报风险的工作区发送此消息：回复必须发到同一工作区",
		"step %d sends this message in %s: a reply goes to the same workspace":                                     "第 %d 步在 %s 中发送此消息：回复必须发到同一工作区",
		"step %d sends this message to %s: nobody here gets it":                                                    "第 %d 步将此消息发送给 %s：这一步的收件人都收不到它",
		"this is never a reply: when this step runs, the if of step %d is false":                                   "这不会是回复：这一步执行时，第 %d 步的 if 为假",
		"there is no message %q; %s":                                                                               "没有消息 %q；%s",
		"messages before this one are %s":                                                                          "此前的消息：%s",
		"each message of a digest is sent on its own, so it can't be a reply":                                      "汇总的每条消息都单独发送，因此不能是回复",
	}
}
