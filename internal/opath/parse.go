// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package opath

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxNesting is how many parentheses and -not operators may be open at one place of a text. It bounds the parser's
	// recursion, and is far beyond what people and programs write.
	maxNesting = 200
	// maxDepth is how many operators may be around a comparison. The canonical text has at most a -not and a
	// parenthesis for each, so it stays within maxNesting.
	maxDepth = maxNesting / 2
)

// SyntaxError tells why a text is not a filter.
type SyntaxError struct {
	// Position is the place at fault, counted in characters from 1. It is one beyond the last character where
	// something is missing at the end.
	Position int
	// Problem is a clause that names what is wrong and, where that is known, what to write instead.
	Problem string
}

// Error returns the problem and its position as one sentence.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("invalid recipient filter at position %d: %s", e.Position, e.Problem)
}

// Parse parses a filter. Its grammar is
//
//	filter     = and { "-or" and }
//	and        = not { "-and" not }
//	not        = "-not" not | "(" filter ")" | comparison
//	comparison = property operator value
//	value      = 'text' | "text" | integer | $true | $false | $null
//
// in any letter case, with the quote of a text doubled inside it. Any name will do for a property: ask [LookupProperty]
// whether it is one. The error is a [*SyntaxError]. Braces around the filter are an error too: see [StripBraces].
func Parse(text string) (*Filter, error) {
	p := parser{text: text, position: 1}
	if err := p.checkEncoding(); err != nil {
		return nil, err
	}
	p.skipSpace()
	if p.atEnd() {
		return nil, p.fail("the filter is empty")
	}
	root, err := p.disjunction()
	if err != nil {
		return nil, err
	}
	if !p.atEnd() {
		return nil, p.afterOperand()
	}
	var deep *SyntaxError
	root.visit(0, func(c Comparison, depth int) {
		if depth > maxDepth && deep == nil {
			deep = &SyntaxError{Position: c.Position, Problem: tooDeep}
		}
	})
	if deep != nil {
		return nil, deep
	}
	return &Filter{root: root}, nil
}

const tooDeep = "the filter is nested too deeply; write it with fewer parentheses"

// parser reads a text from left to right. Each of its methods for a part of the grammar begins at the first character
// of that part, or at the space before it.
type parser struct {
	text     string
	offset   int // In bytes, from 0.
	position int // In characters, from 1: the same place as offset.
	nesting  int // Parentheses and -not operators that are open.
}

func (p *parser) disjunction() (expression, error) {
	return p.joined(disjunction, "-or", p.conjunction)
}

func (p *parser) conjunction() (expression, error) {
	return p.joined(conjunction, "-and", p.negation)
}

// joined reads operands with a connective between them. One operand alone is not a conjunction or disjunction.
func (p *parser) joined(as form, connective string, operand func() (expression, error)) (expression, error) {
	first, err := operand()
	if err != nil || !p.accept(connective) {
		return first, err
	}
	whole := expression{form: as}
	whole.join(first)
	for {
		next, err := operand()
		if err != nil {
			return expression{}, err
		}
		whole.join(next)
		if !p.accept(connective) {
			return whole, nil
		}
	}
}

func (p *parser) negation() (expression, error) {
	p.skipSpace()
	begin := p.position
	if !p.accept("-not") {
		return p.operand()
	}
	if err := p.enter(begin); err != nil {
		return expression{}, err
	}
	operand, err := p.negation()
	if err != nil {
		return expression{}, err
	}
	p.nesting--
	return expression{form: negation, operands: []expression{operand}}, nil
}

// operand reads a comparison, or a filter in parentheses.
func (p *parser) operand() (expression, error) {
	p.skipSpace()
	if !p.at('(') {
		return p.comparison()
	}
	open := p.position
	if err := p.enter(open); err != nil {
		return expression{}, err
	}
	p.advance(1)
	p.skipSpace()
	if p.at(')') {
		return expression{}, p.failAt(open, "the parentheses have nothing in them")
	}
	if p.atEnd() {
		return expression{}, p.failAt(open, "this parenthesis is not closed")
	}
	inner, err := p.disjunction()
	if err != nil {
		return expression{}, err
	}
	if p.atEnd() {
		return expression{}, p.failAt(open, "this parenthesis is not closed")
	}
	if !p.at(')') {
		return expression{}, p.afterOperand()
	}
	p.advance(1)
	p.nesting--
	return inner, nil
}

// enter counts a parenthesis or a -not that begins at position.
func (p *parser) enter(position int) error {
	p.nesting++
	if p.nesting > maxNesting {
		return p.failAt(position, tooDeep)
	}
	return nil
}

func (p *parser) comparison() (expression, error) {
	c := Comparison{Position: p.position}
	rest := p.rest()
	c.Property = rest[:nameLength(rest)]
	next, _ := utf8.DecodeRuneInString(rest[len(c.Property):])
	if c.Property == "" || unicode.IsLetter(next) || isConnective("-"+c.Property) {
		return expression{}, p.noProperty()
	}
	p.advance(len(c.Property))
	var err error
	if c.Operator, err = p.operator(c.Property); err != nil {
		return expression{}, err
	}
	if c.Value, err = p.value(c.Operator); err != nil {
		return expression{}, err
	}
	e := expression{comparison: c, name: c.Property}
	if known, ok := propertyByName()[strings.ToLower(c.Property)]; ok {
		e.name, e.kind = known.Name, known.Kind
	}
	return e, nil
}

// operator reads the comparison operator after a property.
func (p *parser) operator(property string) (Operator, error) {
	p.skipSpace()
	dashed := p.dashed()
	switch operator := Operator(strings.ToLower(dashed)); operator {
	case Eq, Ne, Like, NotLike, Lt, Gt, Le, Ge:
		p.advance(len(dashed))
		return operator, nil
	}
	if err := p.stray(); err != nil {
		return "", err
	}
	word := p.word()
	switch instead := equivalent(word); {
	case instead != "":
		return "", p.fail("%q is not an operator of recipient filters; write %s", shorten(word), instead)
	case word == "" || word[0] == '$' || isConnective(word):
		return "", p.fail("a comparison operator such as -eq is missing after %s", shorten(property))
	default:
		return "", p.fail("%q is not an operator of recipient filters, which are -eq, -ne, -like, -notlike, -lt, -gt, -le and -ge",
			shorten(word))
	}
}

// value reads the value after an operator.
func (p *parser) value(operator Operator) (Value, error) {
	p.skipSpace()
	if p.at('\'') || p.at('"') {
		return p.quoted()
	}
	if err := p.stray(); err != nil {
		return Value{}, err
	}
	word := p.word()
	value := Value{Kind: Integer, Text: word}
	switch folded := strings.ToLower(word); {
	case folded == "$true":
		value = Value{Kind: True}
	case folded == "$false":
		value = Value{Kind: False}
	case folded == "$null":
		value = Value{Kind: Null}
	case isInteger(word):
	case folded == "true", folded == "false", folded == "null":
		return Value{}, p.fail("%s needs a dollar sign: $%s", word, folded)
	case strings.HasPrefix(word, "$"):
		return Value{}, p.fail("%s is a PowerShell variable, which Exchange does not know; write its value in quotes",
			shorten(word))
	case word == "" || strings.ContainsRune("-"+signs, rune(word[0])):
		return Value{}, p.fail("the value after %s is missing", operator)
	default:
		return Value{}, p.fail("the value %s needs quotes around it", shorten(word))
	}
	p.advance(len(word))
	return value, nil
}

// quoted reads a value in quotes.
func (p *parser) quoted() (Value, error) {
	open := p.position
	quote := p.text[p.offset : p.offset+1]
	p.advance(1)
	var text strings.Builder
	for {
		part, _, closed := strings.Cut(p.rest(), quote)
		if !closed {
			return Value{}, p.failAt(open, "the text that begins here has no closing %s", quote)
		}
		text.WriteString(part)
		p.advance(len(part) + 1)
		if !strings.HasPrefix(p.rest(), quote) {
			break
		}
		text.WriteString(quote)
		p.advance(1)
	}
	if next, _ := utf8.DecodeRuneInString(p.rest()); unicode.IsLetter(next) || unicode.IsDigit(next) {
		return Value{}, p.failAt(p.position-1, "the text ends at this %s but more follows; inside a text, write it twice", quote)
	}
	return Value{Kind: String, Text: text.String()}, nil
}

// noProperty returns the error for a place where a comparison should begin and none does.
func (p *parser) noProperty() error {
	if p.atEnd() {
		return p.fail("the filter ends where a comparison should follow")
	}
	if err := p.stray(); err != nil {
		return err
	}
	word := p.word()
	switch instead := equivalent(word); {
	case p.at(')'):
		return p.fail("a comparison is missing before this parenthesis")
	case p.at('\'') || p.at('"'):
		return p.fail("a comparison must begin with the name of a property, which has no quotes")
	case instead != "":
		return p.fail("%q is not an operator of recipient filters; write %s", shorten(word), instead)
	case isConnective(word):
		return p.fail("a comparison is missing before %s", shorten(word))
	case word[0] == '-':
		return p.fail("the name of a property is missing before %s", shorten(word))
	case word[0] == '$':
		return p.fail("the name of a property is written alone, without %s", shorten(word))
	default:
		return p.fail("%q is not the name of a property", shorten(word))
	}
}

// afterOperand returns the error for what follows a complete operand and is neither a connective nor the end.
func (p *parser) afterOperand() error {
	if err := p.stray(); err != nil {
		return err
	}
	word := p.word()
	switch instead := equivalent(word); {
	case p.at(')'):
		return p.fail("this parenthesis closes none")
	case instead != "":
		return p.fail("%q is not an operator of recipient filters; write %s", shorten(word), instead)
	case strings.HasPrefix(word, ","):
		return p.fail("a comparison has one value; write one comparison for each value, with -or between them")
	default:
		return p.fail("-and or -or is missing here")
	}
}

// stray returns an error if the next character is one that comes from a word processor or a script and has no place
// outside quotes.
func (p *parser) stray() error {
	switch r, _ := utf8.DecodeRuneInString(p.rest()); r {
	case '‘', '’', '‚', '‛', '“', '”', '„', '‟', '«', '»':
		return p.fail("%c is a typographic quote; write a straight one, ' or \"", r)
	case '‐', '‑', '‒', '–', '—', '―', '−':
		return p.fail("%c is a typographic dash; write a hyphen, -", r)
	case '{', '}':
		return p.fail("braces are PowerShell's and no part of a filter; leave them out")
	default:
		return nil
	}
}

// equivalent returns the operator that does the work of one from PowerShell, OData, SQL or C, or "" if there is none.
func equivalent(word string) string {
	word = strings.ToLower(word)
	switch word {
	case "=", "==", "===", "eq", "-equals", "-contains", "-in", "-is":
		return "-eq"
	case "!=", "<>", "!==", "ne", "-neq", "-notcontains", "-notin", "-isnot":
		return "-ne"
	case "=~", "~", "like", "-match", "-startswith":
		return "-like"
	case "!~", "notlike", "-notmatch":
		return "-notlike"
	case "<", "lt":
		return "-lt"
	case ">", "gt":
		return "-gt"
	case "<=", "=<", "le", "-lte":
		return "-le"
	case ">=", "=>", "ge", "-gte":
		return "-ge"
	case "&", "&&", "and":
		return "-and"
	case "|", "||", "or":
		return "-or"
	case "!", "not":
		return "-not"
	}
	// PowerShell's operators come in spellings with a c or an i for their treatment of letter case.
	if !strings.HasPrefix(word, "-c") && !strings.HasPrefix(word, "-i") {
		return ""
	}
	bare := "-" + word[2:]
	switch Operator(bare) {
	case Eq, Ne, Like, NotLike, Lt, Gt, Le, Ge:
		return bare
	}
	switch bare {
	case "-contains", "-in":
		return string(Eq)
	case "-notcontains", "-notin":
		return string(Ne)
	case "-match":
		return string(Like)
	case "-notmatch":
		return string(NotLike)
	}
	return ""
}

// isConnective reports whether word is -and, -or or -not.
func isConnective(word string) bool {
	switch strings.ToLower(word) {
	case "-and", "-or", "-not":
		return true
	}
	return false
}

// accept reads a connective if it comes next, and reports whether it did.
func (p *parser) accept(connective string) bool {
	p.skipSpace()
	dashed := p.dashed()
	if !strings.EqualFold(dashed, connective) {
		return false
	}
	p.advance(len(dashed))
	return true
}

// dashed returns the operator that comes next, a hyphen and a name, or "" if none does.
func (p *parser) dashed() string {
	rest := p.rest()
	if !strings.HasPrefix(rest, "-") {
		return ""
	}
	return rest[:1+nameLength(rest[1:])]
}

// nameLength returns the length of the property or operator name that text begins with: ASCII letters and digits and
// underscores, of which the first is a letter.
func nameLength(text string) int {
	for i := range len(text) {
		c := text[i]
		if !isLetter(c) && (i == 0 || !isDigit(c) && c != '_') {
			return i
		}
	}
	return len(text)
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isInteger reports whether word is digits, with or without a minus sign.
func isInteger(word string) bool {
	digits := strings.TrimPrefix(word, "-")
	return digits != "" && strings.Trim(digits, "0123456789") == ""
}

// signs are the characters of other languages' operators.
const signs = "=<>!&|~"

// word returns what comes next, up to a space, parenthesis, brace or quote: a run of operator signs, or a run of other
// characters. It is "" at the end and at one of those delimiters.
func (p *parser) word() string {
	rest := p.rest()
	isSign := rest != "" && strings.ContainsRune(signs, rune(rest[0]))
	end := strings.IndexFunc(rest, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(`(){}'"‘’“”`, r) || strings.ContainsRune(signs, r) != isSign
	})
	if end < 0 {
		return rest
	}
	return rest[:end]
}

// shorten returns a word for a message, cut where it is too long for one.
func shorten(word string) string {
	const longest = 40
	if characters := []rune(word); len(characters) > longest {
		return string(characters[:longest]) + "…"
	}
	return word
}

func (p *parser) rest() string { return p.text[p.offset:] }

func (p *parser) atEnd() bool { return p.offset == len(p.text) }

// at reports whether c comes next.
func (p *parser) at(c byte) bool { return !p.atEnd() && p.text[p.offset] == c }

// advance moves over the next bytes, which are whole characters.
func (p *parser) advance(bytes int) {
	p.position += utf8.RuneCountInString(p.text[p.offset : p.offset+bytes])
	p.offset += bytes
}

func (p *parser) skipSpace() {
	rest := p.rest()
	p.advance(len(rest) - len(strings.TrimLeftFunc(rest, unicode.IsSpace)))
}

// checkEncoding refuses what is not UTF-8, as such text does not survive the JSON it is sent in.
func (p *parser) checkEncoding() error {
	if utf8.ValidString(p.text) {
		return nil
	}
	position := 1
	for rest := p.text; ; position++ {
		r, size := utf8.DecodeRuneInString(rest)
		if r == utf8.RuneError && size == 1 {
			return p.failAt(position, "this character is not valid UTF-8")
		}
		rest = rest[size:]
	}
}

func (p *parser) fail(problem string, arguments ...any) error {
	return p.failAt(p.position, problem, arguments...)
}

func (p *parser) failAt(position int, problem string, arguments ...any) error {
	return &SyntaxError{Position: position, Problem: fmt.Sprintf(problem, arguments...)}
}
