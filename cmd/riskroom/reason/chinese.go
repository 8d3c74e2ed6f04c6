package reason

import "maps"

// Chinese returns the Chinese of this package's phrases, by the English.
func Chinese() map[string]string {
	all := chineseRuns()
	maps.Copy(all, chineseSteps())
	return all
}

// chineseRuns has why runs are in their states.
func chineseRuns() map[string]string {
	return map[string]string{
		"the risk was closed":                                                                   "风险已关闭",
		"its until was true":                                                                    "终止条件（until）已成立",
		"the date that it counted from has changed":                                             "计时所依据的日期已更改",
		"its condition was false":                                                               "条件不成立",
		"it goes on reading the open risks":                                                     "正在继续读取未关闭的风险",
		"somebody did it whom the trigger does not name under by":                               "操作者不在触发条件 by 的范围内",
		"they may have had their run, more than a day ago":                                      "它们可能在一天多以前已经执行过",
		"its condition could not be evaluated":                                                  "条件无法求值",
		"the people to send to could not be evaluated":                                          "接收人无法求值",
		"a step failed that has on_error: stop":                                                 "一个带有 on_error: stop 的步骤失败了",
		"a step of its flow says so":                                                            "动作流中有一个等待步骤",
		"the risk changed meanwhile":                                                            "风险在此期间发生了变化",
		"its worker crashed three times during a call":                                          "执行进程在一次调用中崩溃了三次",
		"it is unknown whether its last call happened: check the platform, then retry or drop":  "无法确定最后一次调用是否生效：请先到平台上确认，再重试或放弃",
		"this version cannot read what it stored":                                               "当前版本无法读取它保存的内容",
		"handed back by a riskroom that stopped":                                                "由已停止的 riskroom 交还",
		"its notice is in the channel, which it closes a day later unless a person posts there": "已在频道内预告；一天内无人发言就会关闭频道",
		"a person has posted since the notice":                                                  "预告之后有人发言",
		"the topic has ended":                                                                   "话题已结束",
		"it was missed while riskroom was not running, and is in a digest":                      "riskroom 停止运行期间错过，已列入汇总",
		"it was missed while riskroom was not running, and waits for its digest":                "riskroom 停止运行期间错过，正在等待汇总",
		"it waits for the run that creates the risk's group":                                    "等待创建该风险群组的运行",
		"the run that creates the risk's group did not get that done within a day":              "创建该风险群组的运行一天内未能完成",
		"the bot cannot see the risk's group; it checks again":                                  "机器人看不到该风险的群组；稍后再次检查",
		"another run of the risk is acting":                                                     "该风险的另一个运行正在执行",
		"cancelled; it waits until the outcome of its last call is known":                       "已取消；等待最后一次调用的结果",
		"its last call may still take effect; it waits before it checks":                        "最后一次调用仍可能生效；稍后再检查",
		"its risk keeps changing; its condition is evaluated again":                             "风险不断变化；将重新判断条件",
		"its risk could not be read":                                                            "无法读取风险",
		"its flow was written by another version":                                               "动作流由另一版本写入",
		"the workspace refuses the bot":                                                         "工作区拒绝了机器人",
		"it holds messages":                                                                     "有消息要稍后发送",
		"its time of day has not come for any recipient":                                        "还没有收件人到达指定时刻",
		"quiet hours":                            "免打扰时段",
		"its time of day comes then":             "届时才到当地的指定时刻",
		"it waits for the platform's rate limit": "等待平台的频率限制",
		"the platform or Redis does not respond": "平台或 Redis 没有响应",
		"its risk does not exist":                "风险不存在",
		"retried by hand":                        "已人工重试",
		"dropped by hand":                        "已人工放弃",
	}
}

// chineseSteps has why steps and groups are in their states, and the kinds of errors.
func chineseSteps() map[string]string {
	return map[string]string{
		"it was already due when the risk was filed or edited":           "填报或编辑风险时已经到期",
		"the risk has no group":                                          "风险没有群组",
		"there is no such group":                                         "没有这个群组",
		"there is nothing to change":                                     "没有需要更改的内容",
		"the group has been archived or deleted":                         "群组已归档或删除",
		"the risk already has a group":                                   "风险已有群组",
		"the risk has a group that the bot cannot see":                   "机器人看不到风险已有的群组",
		"the risk has been closed in the meantime":                       "风险在此期间已关闭",
		"the message no longer exists":                                   "消息已不存在",
		"the person has no account in any workspace":                     "此人在任何工作区都没有账号",
		"the config file does not have the person":                       "配置文件中没有此人",
		"the user group has no members":                                  "该用户组没有成员",
		"the list of people is empty":                                    "人员列表为空",
		"no administrator can be reached":                                "无法联系到任何管理员",
		"the operator may not change the group":                          "操作者无权更改该群组",
		"the config file no longer has the workspace":                    "配置文件中已没有该工作区",
		"a text could not be rendered":                                   "无法生成文本",
		"the texts are too long to store":                                "文本过长，无法保存",
		"a digest has too many messages":                                 "一次汇总的消息过多",
		"another run of the risk has just created or released its group": "该风险的另一个运行刚刚创建或解除了群组",
		"the person is in another workspace":                             "此人在另一个工作区",
		"the group has no room":                                          "群组人数已满",
		"the step both adds and removes the person":                      "该步骤同时添加和移除此人",
		"riskroom did not create the group":                              "群组不是 riskroom 创建的",
		"the group is not for a topic":                                   "群组不是话题群组",
		"the topic cannot be reopened and dissolved at once":             "话题不能同时重新打开和解散",
		"the channel is archived, and only a person can unarchive it":    "频道已归档，只能由人取消归档",
		"the topic has to be reopened first":                             "需要先重新打开话题",
		"somebody released it":                                           "有人解除了绑定",
		"it was archived":                                                "群组已归档",
		"it was deleted":                                                 "群组已删除",
		"the input is invalid":                                           "输入无效",
		"it does not exist":                                              "不存在",
		"it exists already, or has changed":                              "已存在，或已更改",
		"the bot may not do this":                                        "机器人没有权限",
		"the person accepts no direct messages":                          "此人不接收私信",
		"the platform does not have this":                                "平台不支持",
		"another process has the run":                                    "该运行由另一个进程执行",
		"the reason is unknown":                                          "原因不明",
	}
}
