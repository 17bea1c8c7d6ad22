// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package opath_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/opath"
)

func mustParse(t testing.TB, text string) *opath.Filter {
	t.Helper()
	filter, err := opath.Parse(text)
	if err != nil {
		t.Fatalf("Parse(%q): %v", text, err)
	}
	return filter
}

func TestParseBuildsTree(t *testing.T) {
	t.Parallel()
	// The canonical text has parentheses around every operand and so shows the tree.
	tests := map[string]struct{ text, want string }{
		"one comparison":                       {`CustomAttribute1 -eq '012332'`, `CustomAttribute1 -eq '012332'`},
		"space around":                         {" \t\r\n Alias -eq 'user1' \n", `Alias -eq 'user1'`},
		"space within":                         {"Alias\n  -eq\t'user1'", `Alias -eq 'user1'`},
		"no space where none is needed":        {`(Alias-eq'a')-and(Alias-ne"b")`, `(Alias -eq 'a') -and (Alias -ne 'b')`},
		"no space before a system value":       {`Alias -eq$null`, `Alias -eq $null`},
		"redundant parentheses":                {`(((Alias -eq 'a')))`, `Alias -eq 'a'`},
		"letter case of operators":             {`Alias -Eq 'a' -AND Alias -NE 'b'`, `(Alias -eq 'a') -and (Alias -ne 'b')`},
		"letter case of known property":        {`customattribute10 -eq 'a'`, `CustomAttribute10 -eq 'a'`},
		"unknown property as written":          {`favouriteColour -eq 'a'`, `favouriteColour -eq 'a'`},
		"and binds tighter than or":            {`A1 -eq '1' -or B1 -eq '2' -and C1 -eq '3'`, `(A1 -eq '1') -or ((B1 -eq '2') -and (C1 -eq '3'))`},
		"and binds tighter than or, reversed":  {`A1 -eq '1' -and B1 -eq '2' -or C1 -eq '3'`, `((A1 -eq '1') -and (B1 -eq '2')) -or (C1 -eq '3')`},
		"parentheses override":                 {`(A1 -eq '1' -or B1 -eq '2') -and C1 -eq '3'`, `((A1 -eq '1') -or (B1 -eq '2')) -and (C1 -eq '3')`},
		"not binds tightest":                   {`-not Alias -eq 'a' -and Alias -eq 'b'`, `(-not (Alias -eq 'a')) -and (Alias -eq 'b')`},
		"not of parentheses":                   {`-NOT(Alias -eq 'a' -or Alias -eq 'b')`, `-not ((Alias -eq 'a') -or (Alias -eq 'b'))`},
		"not twice":                            {`-not -not Alias -eq 'a'`, `-not (-not (Alias -eq 'a'))`},
		"left association flattens":            {`((A1 -eq '1') -and (B1 -eq '2')) -and (C1 -eq '3')`, `(A1 -eq '1') -and (B1 -eq '2') -and (C1 -eq '3')`},
		"right association flattens":           {`(A1 -eq '1') -or ((B1 -eq '2') -or (C1 -eq '3'))`, `(A1 -eq '1') -or (B1 -eq '2') -or (C1 -eq '3')`},
		"doubled single quote":                 {`LastName -eq 'O''Neil'`, `LastName -eq 'O''Neil'`},
		"single quote in double quotes":        {`LastName -eq "O'Neil"`, `LastName -eq 'O''Neil'`},
		"doubled double quote":                 {`Office -eq "the ""big"" one"`, `Office -eq 'the "big" one'`},
		"only a quote":                         {`Office -eq ''''`, `Office -eq ''''`},
		"empty text":                           {`Office -eq ''`, `Office -eq ''`},
		"operators inside text":                {`Office -eq '(a -and {b})'`, `Office -eq '(a -and {b})'`},
		"typographic quotes inside text":       {`Office -eq 'the “big” one’s'`, `Office -eq 'the “big” one’s'`},
		"integer gets quotes":                  {`ResourceCapacity -ge 840`, `ResourceCapacity -ge '840'`},
		"negative integer":                     {`GroupType -eq -2147483648`, `GroupType -eq '-2147483648'`},
		"integer before parenthesis":           {`(ResourceCapacity -lt 5)`, `ResourceCapacity -lt '5'`},
		"system values":                        {`EcpEnabled -eq $TRUE -and EcpEnabled -ne $False -and Office -ne $Null`, `(EcpEnabled -eq $true) -and (EcpEnabled -ne $false) -and (Office -ne $null)`},
		"quoted boolean stays text":            {`EcpEnabled -eq 'True'`, `EcpEnabled -eq 'True'`},
		"all operators":                        {`A1 -like 'a*' -or A1 -notlike 'b*' -or A1 -le '1' -or A1 -gt '2'`, `(A1 -like 'a*') -or (A1 -notlike 'b*') -or (A1 -le '1') -or (A1 -gt '2')`},
		"filter of a dynamic group":            {`((Department -eq 'Sales') -and (-not(RecipientTypeDetailsValue -eq 'GuestMailUser')))`, `(Department -eq 'Sales') -and (-not (RecipientTypeDetailsValue -eq 'GuestMailUser'))`},
		"distinguished name":                   {`MemberOfGroup -eq 'CN=grp,OU=contoso.onmicrosoft.com,DC=prod,DC=outlook,DC=com'`, `MemberOfGroup -eq 'CN=grp,OU=contoso.onmicrosoft.com,DC=prod,DC=outlook,DC=com'`},
		"types and office":                     {`(RecipientTypeDetails -eq 'SharedMailbox') -and (Office -eq 'Berlin')`, `(RecipientTypeDetails -eq 'SharedMailbox') -and (Office -eq 'Berlin')`},
		"name of a connective inside property": {`Notes -eq 'a' -and andMore -eq 'b'`, `(Notes -eq 'a') -and (andMore -eq 'b')`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			filter := mustParse(t, test.text)
			if got := filter.String(); got != test.want {
				t.Errorf("Parse(%q) prints\n%s\nwant\n%s", test.text, got, test.want)
			}
			again := mustParse(t, filter.String())
			if got := again.String(); got != test.want {
				t.Errorf("printed again:\n%s\nwant\n%s", got, test.want)
			}
			if !opath.Equal(filter, again) {
				t.Errorf("Parse(%q) does not equal the parse of its canonical text", test.text)
			}
		})
	}
}

func TestParseNamesProblemAndPosition(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text     string
		position int
		problem  string
	}{
		"empty":                             {``, 1, "the filter is empty"},
		"blank":                             {"  \n", 4, "the filter is empty"},
		"unclosed single quote":             {`Alias -eq 'sales`, 11, "the text that begins here has no closing '"},
		"unclosed double quote":             {`Alias -eq "sales'`, 11, `the text that begins here has no closing "`},
		"unclosed after doubled quote":      {`Alias -eq 'sales''`, 11, "the text that begins here has no closing '"},
		"position counts characters":        {`Office -eq 'Köln' -and City -eq 'ü`, 33, "the text that begins here has no closing '"},
		"apostrophe not doubled":            {`LastName -eq 'O'Neil'`, 16, "the text ends at this ' but more follows; inside a text, write it twice"},
		"apostrophe before accented letter": {`City -eq 'L'Île'`, 12, "the text ends at this ' but more follows; inside a text, write it twice"},
		"unclosed parenthesis":              {`Alias -eq 'a' -or (Alias -eq 'b'`, 19, "this parenthesis is not closed"},
		"unclosed outer parenthesis":        {`((Alias -eq 'a')`, 1, "this parenthesis is not closed"},
		"parenthesis at the end":            {`Alias -eq 'a' -and (`, 20, "this parenthesis is not closed"},
		"extra parenthesis":                 {`(Alias -eq 'a'))`, 16, "this parenthesis closes none"},
		"empty parentheses":                 {`Alias -eq 'a' -and ( )`, 20, "the parentheses have nothing in them"},
		"parenthesis after connective":      {`(Alias -eq 'a' -and )`, 21, "a comparison is missing before this parenthesis"},
		"missing operator at the end":       {`Alias`, 6, "a comparison operator such as -eq is missing after Alias"},
		"missing operator before value":     {`Alias 'a'`, 7, "a comparison operator such as -eq is missing after Alias"},
		"missing operator before variable":  {`Alias $null`, 7, "a comparison operator such as -eq is missing after Alias"},
		"missing comparison before and":     {`Alias -and Office -eq 'a'`, 7, "a comparison operator such as -eq is missing after Alias"},
		"missing value at the end":          {`Alias -eq`, 10, "the value after -eq is missing"},
		"missing value before parenthesis":  {`(Alias -LIKE )`, 14, "the value after -like is missing"},
		"missing value before and":          {`Alias -eq -and Office -eq 'a'`, 11, "the value after -eq is missing"},
		"value in parentheses":              {`Alias -eq ('a')`, 11, "the value after -eq is missing"},
		"two operators":                     {`Alias -eq = 'a'`, 11, "the value after -eq is missing"},
		"value without quotes":              {`Alias -eq sales`, 11, "the value sales needs quotes around it"},
		"address without quotes":            {`Alias -eq sales@contoso.com -and City -eq 'a'`, 11, "the value sales@contoso.com needs quotes around it"},
		"size without quotes":               {`MaxSendSize -gt 1.5GB`, 17, "the value 1.5GB needs quotes around it"},
		"true without dollar":               {`EcpEnabled -eq True`, 16, "True needs a dollar sign: $true"},
		"variable":                          {`Alias -eq $alias`, 11, "$alias is a PowerShell variable, which Exchange does not know; write its value in quotes"},
		"script block variable":             {`$_.Alias -eq 'a'`, 1, "the name of a property is written alone, without $_.Alias"},
		"quoted property":                   {`'Alias' -eq 'a'`, 1, "a comparison must begin with the name of a property, which has no quotes"},
		"number for property":               {`5 -eq 'a'`, 1, `"5" is not the name of a property`},
		"property with umlaut":              {`Büro -eq 'a'`, 1, `"Büro" is not the name of a property`},
		"no property":                       {`-eq 'a'`, 1, "the name of a property is missing before -eq"},
		"nothing before and":                {`-and Alias -eq 'a'`, 1, "a comparison is missing before -and"},
		"nothing after and":                 {`Alias -eq 'a' -and`, 19, "the filter ends where a comparison should follow"},
		"nothing after not":                 {`-not `, 6, "the filter ends where a comparison should follow"},
		"not before and":                    {`-not -and Alias -eq 'a'`, 6, "a comparison is missing before -and"},
		"no connective":                     {`Alias -eq 'a' Office -eq 'b'`, 15, "-and or -or is missing here"},
		"no connective in parentheses":      {`(Alias -eq 'a' Office -eq 'b')`, 16, "-and or -or is missing here"},
		"no connective before parenthesis":  {`(Alias -eq 'a') (Office -eq 'b')`, 17, "-and or -or is missing here"},
		"second operator":                   {`Alias -eq 'a' -eq 'b'`, 15, "-and or -or is missing here"},
		"not for and not":                   {`Alias -eq 'a' -not (Office -eq 'b')`, 15, "-and or -or is missing here"},
		"list of values":                    {`Alias -eq 'a','b'`, 14, "a comparison has one value; write one comparison for each value, with -or between them"},
		"braces around":                     {`{Alias -eq 'a'}`, 1, "braces are PowerShell's and no part of a filter; leave them out"},
		"braces inside":                     {`Alias -eq 'a' -and {Office -eq 'b'}`, 20, "braces are PowerShell's and no part of a filter; leave them out"},
		"brace after":                       {`Alias -eq 'a' }`, 15, "braces are PowerShell's and no part of a filter; leave them out"},
		"typographic single quotes":         {`Alias -eq ‘sales’`, 11, `‘ is a typographic quote; write a straight one, ' or "`},
		"typographic double quotes":         {`Alias -eq “sales”`, 11, `“ is a typographic quote; write a straight one, ' or "`},
		"typographic quote before property": {`’Alias -eq 'a'`, 1, `’ is a typographic quote; write a straight one, ' or "`},
		"typographic quote after value":     {`Alias -eq 'a'’`, 14, `’ is a typographic quote; write a straight one, ' or "`},
		"typographic dash":                  {`Alias –eq 'a'`, 7, "– is a typographic dash; write a hyphen, -"},
		"typographic dash before and":       {`Alias -eq 'a' —and Alias -eq 'b'`, 15, "— is a typographic dash; write a hyphen, -"},
		"not UTF-8":                         {"City -eq 'K\u00f6ln \xff'", 16, "this character is not valid UTF-8"},
		"long word is cut":                  {"Alias -eq " + strings.Repeat("a", 1000), 11, "the value " + strings.Repeat("a", 40) + "… needs quotes around it"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			filter, err := opath.Parse(test.text)
			if filter != nil {
				t.Errorf("Parse(%q) = %v", test.text, filter)
			}
			var syntax *opath.SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("Parse(%q): %v, want a *SyntaxError", test.text, err)
			}
			want := &opath.SyntaxError{Position: test.position, Problem: test.problem}
			if diff := cmp.Diff(want, syntax); diff != "" {
				t.Errorf("Parse(%q) (-want +got):\n%s", test.text, diff)
			}
		})
	}
}

func TestParseNamesRightOperator(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text     string
		position int
		instead  string
	}{
		"-match":               {`Alias -match 'a'`, 7, "-like"},
		"-notmatch":            {`Alias -NotMatch 'a'`, 7, "-notlike"},
		"-contains":            {`EmailAddresses -contains 'a'`, 16, "-eq"},
		"-notcontains":         {`EmailAddresses -notcontains 'a'`, 16, "-ne"},
		"-in":                  {`Alias -in 'a','b'`, 7, "-eq"},
		"-notin":               {`Alias -notin 'a'`, 7, "-ne"},
		"-ceq":                 {`Alias -ceq 'a'`, 7, "-eq"},
		"-ilike":               {`Alias -ilike 'a'`, 7, "-like"},
		"-cmatch":              {`Alias -cmatch 'a'`, 7, "-like"},
		"-inotmatch":           {`Alias -inotmatch 'a'`, 7, "-notlike"},
		"-icontains":           {`Alias -icontains 'a'`, 7, "-eq"},
		"-cnotin":              {`Alias -cnotin 'a'`, 7, "-ne"},
		"-startswith":          {`Alias -startsWith 'a'`, 7, "-like"},
		"-lte":                 {`ResourceCapacity -lte 5`, 18, "-le"},
		"-gte":                 {`ResourceCapacity -gte 5`, 18, "-ge"},
		"==":                   {`Alias == 'a'`, 7, "-eq"},
		"= without spaces":     {`Alias='a'`, 6, "-eq"},
		"!=":                   {`Alias != 'a'`, 7, "-ne"},
		"<>":                   {`Alias <> 'a'`, 7, "-ne"},
		"<":                    {`ResourceCapacity<5`, 17, "-lt"},
		">":                    {`ResourceCapacity > 5`, 18, "-gt"},
		"<=":                   {`ResourceCapacity <= 5`, 18, "-le"},
		">=":                   {`ResourceCapacity >= 5`, 18, "-ge"},
		"=~":                   {`Alias =~ 'a'`, 7, "-like"},
		"!~":                   {`Alias !~ 'a'`, 7, "-notlike"},
		"&&":                   {`Alias -eq 'a' && City -eq 'b'`, 15, "-and"},
		"||":                   {`Alias -eq 'a' || City -eq 'b'`, 15, "-or"},
		"!":                    {`!(Alias -eq 'a')`, 1, "-not"},
		"eq of OData":          {`alias eq 'a'`, 7, "-eq"},
		"ne of OData":          {`alias ne 'a'`, 7, "-ne"},
		"lt of OData":          {`ResourceCapacity lt 5`, 18, "-lt"},
		"gt of OData":          {`ResourceCapacity gt 5`, 18, "-gt"},
		"le of OData":          {`ResourceCapacity le 5`, 18, "-le"},
		"ge of OData":          {`ResourceCapacity ge 5`, 18, "-ge"},
		"like of SQL":          {`Alias LIKE 'a*'`, 7, "-like"},
		"notlike":              {`Alias notlike 'a*'`, 7, "-notlike"},
		"and":                  {`Alias -eq 'a' and City -eq 'b'`, 15, "-and"},
		"or":                   {`(Alias -eq 'a' OR City -eq 'b')`, 16, "-or"},
		"not":                  {`not (Alias -eq 'a')`, 1, "-not"},
		"and for a comparison": {`Alias -eq 'a' -and and`, 20, "-and"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := opath.Parse(test.text)
			var syntax *opath.SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("Parse(%q): %v, want a *SyntaxError", test.text, err)
			}
			if syntax.Position != test.position || !strings.HasSuffix(syntax.Problem, "; write "+test.instead) {
				t.Errorf("Parse(%q): %v, want position %d and to write %s", test.text, syntax, test.position, test.instead)
			}
		})
	}
}

func TestParseNamesAllOperatorsForUnknownOne(t *testing.T) {
	t.Parallel()
	for _, operator := range []string{"-replace", "-eq5", "-c", "-ifoo", "-", "is", "+"} {
		t.Run(operator, func(t *testing.T) {
			t.Parallel()
			_, err := opath.Parse("Alias " + operator + " 'a'")
			if err == nil || !strings.Contains(err.Error(), `"`+operator+`" is not an operator of recipient filters, which are -eq`) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestSyntaxErrorSaysPosition(t *testing.T) {
	t.Parallel()
	_, err := opath.Parse("Alias -eq")
	const want = "invalid recipient filter at position 10: the value after -eq is missing"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestParseBoundsNesting(t *testing.T) {
	t.Parallel()
	const comparison = "Alias -eq 'a'"
	tests := map[string]struct {
		text     string
		position int // Zero if the text is fine.
	}{
		"parentheses at the bound":      {strings.Repeat("(", 200) + comparison + strings.Repeat(")", 200), 0},
		"parentheses beyond the bound":  {strings.Repeat("(", 201) + comparison + strings.Repeat(")", 201), 201},
		"a great many parentheses":      {strings.Repeat("(", 1_000_000), 201},
		"negations at the bound":        {strings.Repeat("-not ", 100) + comparison, 0},
		"negations beyond the bound":    {strings.Repeat("-not ", 101) + comparison, 5*101 + 1},
		"a great many negations":        {strings.Repeat("-not ", 1_000_000), 5*200 + 1},
		"operators beyond the bound":    {strings.Repeat("A1 -eq '1' -or B1 -eq '2' -and (", 51) + comparison + strings.Repeat(")", 51), 32*50 + 1},
		"operators at the bound":        {strings.Repeat("A1 -eq '1' -or B1 -eq '2' -and (", 50) + comparison + strings.Repeat(")", 50), 0},
		"parentheses one after another": {strings.Repeat("(Alias -eq 'a') -and ", 1000) + comparison, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			filter, err := opath.Parse(test.text)
			if test.position == 0 {
				if err != nil {
					t.Fatal(err)
				}
				if again := mustParse(t, filter.String()); !opath.Equal(filter, again) {
					t.Error("the canonical text makes another filter")
				}
				return
			}
			var syntax *opath.SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("got %v, want a *SyntaxError", err)
			}
			if syntax.Position != test.position || !strings.Contains(syntax.Problem, "nested too deeply") {
				t.Errorf("got %v, want nesting refused at position %d", syntax, test.position)
			}
		})
	}
}

func TestParseTakesLongFilter(t *testing.T) {
	t.Parallel()
	const count = 20_000
	text := strings.Repeat("PrimarySmtpAddress -eq 'sales@contoso.com' -or ", count-1) + "PrimarySmtpAddress -eq 'sales@contoso.com'"
	if got := len(mustParse(t, text).Comparisons()); got != count {
		t.Errorf("got %d comparisons, want %d", got, count)
	}
}

func BenchmarkParse(b *testing.B) {
	benchmarks := map[string]string{
		"one comparison":  `CustomAttribute1 -eq '012332'`,
		"three":           `(RecipientTypeDetails -eq 'SharedMailbox') -and (Office -eq 'Berlin' -or -not (City -like 'B*'))`,
		"ten thousand":    strings.Repeat("PrimarySmtpAddress -eq 'sales@contoso.com' -or ", 9_999) + "Alias -eq 'a'",
		"unclosed quotes": "Alias -eq '" + strings.Repeat("''", 100_000),
	}
	for name, text := range benchmarks {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := opath.Parse(text); (err != nil) != (name == "unclosed quotes") {
					b.Fatal(err)
				}
			}
		})
	}
}
