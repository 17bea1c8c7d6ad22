// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package fault

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"time"
)

// answering is a fault that gives an answer in the place of the service.
func answering(name string, at point, answer func(Call, time.Time) Answer) Fault {
	return Fault{name: name, at: at, answer: answer}
}

// invalidOperation is Exchange's refusal of a request before the cmdlet ran. It
// has the text twice where detailed, and else a list of warnings unless bare.
func invalidOperation(class, text string, detailed, bare bool) string {
	details, warnings := "", `,"adminapi.warnings@odata.type":"#Collection(String)","@adminapi.warnings":[]`
	if detailed {
		details = fmt.Sprintf(`"details":[{"code":"Client","target":"","message":%s}],`, quoted("|"+class+"|"+text))
	}
	if detailed || bare {
		warnings = ""
	}
	return fmt.Sprintf(`{"error":{"code":"BadRequest","message":"Invalid Operation",%s"innererror":{"message":"Invalid Operation",`+
		`"type":"Microsoft.Exchange.Admin.OData.Core.ODataServiceException","stacktrace":"",`+
		`"internalexception":{"message":%s,"type":%s,"stacktrace":""}}%s}}`, details, quoted(text), quoted(class), warnings)
}

// BadValue is Exchange's 400 for a value that a parameter does not take. The
// error has no details.
func BadValue() Fault {
	return answering("400 bad value", admitted, func(Call, time.Time) Answer {
		return jsonAnswer(http.StatusBadRequest, invalidOperation("Microsoft.Exchange.AdminApi.CommandInvocation.ParameterTransformationException",
			`Cannot process argument transformation on parameter 'Mode'. Cannot convert value "Nonsense" to type "Microsoft.Exchange.Data.Directory.Mode". `+
				`Error: "Unable to match the identifier name Nonsense to a valid enumerator name. Specify one of the following enumerator names and try again: Enabled, Disabled"`,
			false, false))
	})
}

// UnknownParameter is Exchange's 400 for a parameter that a cmdlet does not
// have. The error has details and no list of warnings.
func UnknownParameter() Fault {
	return answering("400 unknown parameter", admitted, func(Call, time.Time) Answer {
		return jsonAnswer(http.StatusBadRequest, invalidOperation("Microsoft.Exchange.AdminApi.CommandInvocation.AmbiguousParameterSetException",
			"Parameter set cannot be resolved using the specified named parameters. Invalid cmdlet parameters specified. BogusParameter", true, false))
	})
}

// PageExpired is Exchange's 400 for a link to a page that cannot be followed.
// With Rule.Page it breaks a list in the middle.
func PageExpired() Fault {
	return answering("400 page expired", admitted, func(Call, time.Time) Answer {
		return jsonAnswer(http.StatusBadRequest, invalidOperation("System.Exception",
			"Expired or Invalid pagination request. Default Expiry time is 00:30:00", false, true))
	})
}

// Unauthorized is Exchange's 401 for a token that has ended. It has no body.
func Unauthorized() Fault {
	return answering("401", atDoor, func(Call, time.Time) Answer {
		return Answer{Status: http.StatusUnauthorized, Raw: true, Header: map[string]string{
			"WWW-Authenticate": `Bearer client_id="00000002-0000-0ff1-ce00-000000000000", trusted_issuers="00000001-0000-0000-c000-000000000000@*", token_types="app_asserted_user_v1 service_asserted_app_v1", error="invalid_token"`,
			"x-ms-diagnostics": `2000001;reason="The token has expired.";error_category="invalid_token"`,
		}}
	})
}

// UnauthorizedWithoutChallenge is a 401 with neither a body nor a header that
// says why.
func UnauthorizedWithoutChallenge() Fault {
	return answering("401 without challenge", atDoor, func(Call, time.Time) Answer {
		return Answer{Status: http.StatusUnauthorized, Header: map[string]string{}, Raw: true}
	})
}

// claims are what a revoked token is missing: a time of issue after the
// revocation. The form is documented for continuous access evaluation.
const claims = `{"access_token":{"nbf":{"essential":true,"value":"1767603600"}}}`

// ClaimsChallenge is the 401 of continuous access evaluation: the token was
// revoked, and a new one must be asked for with the claims in the header.
func ClaimsChallenge() Fault {
	return answering("401 with claims", atDoor, func(Call, time.Time) Answer {
		return Answer{Status: http.StatusUnauthorized, Raw: true, Header: map[string]string{
			"WWW-Authenticate": `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", ` +
				`error="insufficient_claims", claims="` + base64.StdEncoding.EncodeToString([]byte(claims)) + `"`,
		}}
	})
}

// NotAllowed is Exchange's 401 for an application whose role has not arrived.
func NotAllowed() Fault {
	return answering("401 not allowed", admitted, func(c Call, now time.Time) Answer {
		return c.refuse(http.StatusUnauthorized, "Unauthorized", "User is not allowed to call "+c.Cmdlet, now)
	})
}

// Forbidden is Exchange's 403 with a reason.
func Forbidden() Fault {
	return answering("403 JSON", admitted, func(c Call, now time.Time) Answer {
		return c.refuse(http.StatusForbidden, "Forbidden", "User is not allowed to call "+c.Cmdlet, now)
	})
}

// ForbiddenNUL is Exchange's 403 with a run of NUL bytes that is declared gzip,
// and without a header that tells the reason.
func ForbiddenNUL() Fault {
	return answering("403 NUL", admitted, func(Call, time.Time) Answer {
		return Answer{
			Status: http.StatusForbidden, Body: make([]byte, 4096), Raw: true,
			Header: map[string]string{"Content-Type": "application/json", "Content-Encoding": "gzip"},
		}
	})
}

// cmdletError is the body of an error that a cmdlet threw.
func cmdletError(code, detail string) string {
	const inner = "Microsoft.Exchange.Management.PSDirectInvoke.DirectInvokeCmdletExecutionException"
	return fmt.Sprintf(`{"error":{"code":%s,"message":"Error executing cmdlet","details":[{"code":"Client","target":"","message":%s}],`+
		`"innererror":{"message":"Error executing cmdlet","type":"Microsoft.Exchange.Admin.OData.Core.ODataServiceException","stacktrace":"",`+
		`"internalexception":{"message":"Exception of type '%[3]s' was thrown.","type":"%[3]s","stacktrace":""}},`+
		`"adminapi.warnings@odata.type":"#Collection(String)","@adminapi.warnings":[]}}`, quoted(code), quoted(detail), inner)
}

// NotFound is Exchange's 404 for an object of the given identity, whichever
// object was asked for: another one's absence says nothing of it.
func NotFound(identity string) Fault {
	return answering("404 of another object", admitted, func(Call, time.Time) Answer {
		return jsonAnswer(http.StatusNotFound, cmdletError("NotFound",
			"Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|The operation couldn't be performed because object '"+
				identity+"' couldn't be found on 'AM0PR01A01DC001.EURPR01A001.PROD.OUTLOOK.COM'."))
	})
}

// RouteNotFound is the 404 of a proxy: a page of HTML that is about no object.
func RouteNotFound() Fault {
	return answering("404 HTML", atDoor, func(Call, time.Time) Answer { return page(http.StatusNotFound) })
}

// Throttled is a 429. Exchange's body is not known; this is its usual envelope
// with a text that is made up, and Graph's and Entra's are their own.
func Throttled() Fault {
	return answering("429 JSON", admitted, func(c Call, now time.Time) Answer {
		return c.refuse(http.StatusTooManyRequests, "TooManyRequests", "Too many requests. Please try again later.", now)
	})
}

// ConcurrencyExceeded is a 429 with the plain text that Exchange answers to too
// many requests at once. With which status it does was not recorded.
func ConcurrencyExceeded() Fault {
	return answering("429 text", admitted, func(Call, time.Time) Answer {
		return plain(http.StatusTooManyRequests, "You have reached the maximum number of concurrent requests per tenant. Please wait and try again later.")
	})
}

// ADTransient is Exchange's 500 while a directory server is not there.
func ADTransient() Fault {
	return answering("500 ADTransient", admitted, func(Call, time.Time) Answer {
		const text = "The call to Microsoft Exchange Active Directory Topology service on server 'TopologyClientTcpEndpoint (localhost)' returned an error. " +
			"Error details Active Directory server  is not available. Error message: Active directory response: The LDAP server is unavailable.."
		return jsonAnswer(http.StatusInternalServerError, fmt.Sprintf(`{"error":{"code":"InternalServerError","message":%[1]s,`+
			`"innererror":{"message":%[1]s,"type":"Microsoft.Exchange.Data.Directory.ADTransientException"}}}`, quoted(text)))
	})
}

// QuotaExceeded is Exchange's 500 for a limit of the organization's. The class
// was seen; namespace and text are made up.
func QuotaExceeded() Fault {
	return answering("500 quota", admitted, func(Call, time.Time) Answer {
		return jsonAnswer(http.StatusInternalServerError, cmdletError("InternalServerError",
			"|Microsoft.Exchange.Data.Directory.QuotaExceededException|The number of objects of this kind has reached the limit of your organization."))
	})
}
