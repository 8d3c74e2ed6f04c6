package emulator

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Error codes of Discord, see
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#json.
const (
	unknownChannel     = 10003
	unknownGuild       = 10004
	unknownMember      = 10007
	unknownMessage     = 10008
	unknownOverwrite   = 10009
	unknownUser        = 10013
	unknownWebhook     = 10015
	unknownInteraction = 10062
	unknownCommand     = 10063
	tooManyPins        = 30003
	tooManyChannels    = 30013
	tooManyCommands    = 30032
	commandsADay       = 30034
	tooManyOverwrites  = 30060
	proxyBlocked       = 40333
	alreadyAnswered    = 40060
	missingAccess      = 50001
	dmOnly             = 50003
	notAuthor          = 50005
	emptyMessage       = 50006
	cannotMessage      = 50007
	notText            = 50008
	missingPermissions = 50013
	systemMessage      = 50021
	wrongChannelType   = 50024
	invalidToken       = 50027
	invalidRecipient   = 50033
	invalidForm        = 50035
	invalidVersion     = 50041
	cannotDelete       = 50074
	invalidJSON        = 50109
	noMutualGuild      = 50278
)

// known is what goes with each code.
func known(code int) (status int, message string) {
	switch code {
	case unknownChannel:
		return http.StatusNotFound, "Unknown Channel"
	case unknownGuild:
		return http.StatusNotFound, "Unknown Guild"
	case unknownMember:
		return http.StatusNotFound, "Unknown Member"
	case unknownMessage:
		return http.StatusNotFound, "Unknown Message"
	case unknownOverwrite:
		return http.StatusNotFound, "Unknown Overwrite"
	case unknownUser:
		return http.StatusNotFound, "Unknown User"
	case unknownWebhook:
		return http.StatusNotFound, "Unknown Webhook"
	case unknownInteraction:
		return http.StatusNotFound, "Unknown interaction"
	case unknownCommand:
		return http.StatusNotFound, "Unknown application command"
	case missingAccess:
		return http.StatusForbidden, "Missing Access"
	case missingPermissions:
		return http.StatusForbidden, "Missing Permissions"
	case proxyBlocked:
		return http.StatusForbidden, "internal network error"
	}
	return moreKnown(code)
}

func moreKnown(code int) (status int, message string) {
	switch code {
	case notAuthor:
		return http.StatusForbidden, "Cannot edit a message authored by another user"
	case cannotMessage:
		return http.StatusForbidden, "Cannot send messages to this user"
	case noMutualGuild:
		return http.StatusForbidden, "Cannot send messages to this user due to having no mutual guilds"
	case dmOnly:
		return http.StatusForbidden, "Cannot execute action on a DM channel"
	case systemMessage:
		return http.StatusForbidden, "Cannot execute action on a system message"
	case invalidToken:
		return http.StatusUnauthorized, "Invalid Webhook Token"
	case tooManyPins:
		return http.StatusBadRequest, "Maximum number of pins reached for the channel (250)"
	case tooManyChannels:
		return http.StatusBadRequest, "Maximum number of server channels reached (500)"
	case tooManyCommands:
		return http.StatusBadRequest, "Maximum number of application commands reached (100)"
	case commandsADay:
		return http.StatusBadRequest, "Max number of daily application command creates has been reached (200)"
	case tooManyOverwrites:
		return http.StatusBadRequest, "Maximum number of channel permission overwrites reached (1000)"
	case alreadyAnswered:
		return http.StatusBadRequest, "Interaction has already been acknowledged."
	}
	return restKnown(code)
}

func restKnown(code int) (status int, message string) {
	switch code {
	case emptyMessage:
		return http.StatusBadRequest, "Cannot send an empty message"
	case notText:
		return http.StatusBadRequest, "Cannot send messages in a non-text channel"
	case wrongChannelType:
		return http.StatusBadRequest, "Cannot execute action on this channel type"
	case invalidRecipient:
		return http.StatusBadRequest, "Invalid Recipient(s)"
	case invalidForm:
		return http.StatusBadRequest, "Invalid Form Body"
	case invalidVersion:
		return http.StatusBadRequest, "Invalid API version"
	case cannotDelete:
		return http.StatusBadRequest, "Cannot delete a channel required for Community guilds"
	case invalidJSON:
		return http.StatusBadRequest, "The request body contains invalid JSON."
	}
	return http.StatusBadRequest, fmt.Sprintf("Error %d", code)
}

// refusal is an answer that is no success.
type refusal struct {
	status  int
	code    int
	message string
	errors  object // of an invalid form: the tree of what is wrong where
	header  http.Header
	wait    time.Duration // of a rate limit
	global  bool
	banned  bool // by Discord's proxy, before Discord
}

// Error is the code, as the log of calls shows it.
func (r *refusal) Error() string { return strconv.Itoa(r.code) }

func refuse(code int) error {
	status, message := known(code)
	return &refusal{status: status, code: code, message: message}
}

// plain is an answer without a code of its own, such as "401: Unauthorized".
func plain(status int) error {
	return &refusal{status: status, message: strconv.Itoa(status) + ": " + http.StatusText(status)}
}

func asRefusal(err error) *refusal {
	if r, ok := err.(*refusal); ok {
		return r
	}
	return &refusal{status: http.StatusInternalServerError, message: err.Error()}
}

// codeOf is what the log of calls says of an answer: Discord's code, or the HTTP
// status of an answer that has none.
func codeOf(err error) string {
	if err == nil {
		return ""
	}
	r := asRefusal(err)
	if r.code == 0 {
		return strconv.Itoa(r.status)
	}
	return r.Error()
}

func (r *refusal) body() []byte {
	if r.status == http.StatusTooManyRequests {
		return mustJSON(object{"message": r.message, "retry_after": r.wait.Seconds(), "global": r.global})
	}
	body := object{"message": r.message, "code": r.code}
	if r.errors != nil {
		body["errors"] = r.errors
	}
	return mustJSON(body)
}
