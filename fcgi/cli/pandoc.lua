-- pandoc.lua: what pandoc does with a document before it writes Markdown
-- (pandoc.c).
local alerts = { note = 'NOTE', tip = 'TIP', hint = 'TIP',
	seealso = 'NOTE', important = 'IMPORTANT', warning = 'WARNING',
	attention = 'WARNING', caution = 'CAUTION', danger = 'CAUTION',
	error = 'CAUTION' }
local wrappers = { programlisting = 1, screen = 1, literallayout = 1,
	synopsis = 1, prettyprint = 1, code = 1, highlight = 1, pre = 1,
	sourceCode = 1, literal = 1, codehilite = 1, numberLines = 1,
	['literal-block'] = 1, ['wp-block-code'] = 1 }

local function fenced(text, language)
	local fence = '```'
	while text:find(fence, 1, true) do fence = fence .. '`' end
	return pandoc.RawBlock('markdown', fence .. language .. '\n' ..
	    text:gsub('\n+$', '') .. '\n' .. fence)
end

local function say(what)
	io.stderr:write('[WARNING] Kept as text, as it is not converted: ' ..
	    what:gsub('%s+', ' '):sub(1, 80) .. '\n')
end

function CodeBlock(block)
	local language = nil
	for _, class in ipairs(block.classes) do
		class = class:gsub('^language%-', ''):gsub('^lang%-', '')
		class = class:gsub('^highlight%-source%-', ''):gsub('^brush:', '')
		if not wrappers[class] then language = language or class end
	end
	if language == nil then return fenced(block.text, '') end
	return pandoc.CodeBlock(block.text, { class = language })
end

function RawBlock(raw)
	if raw.format:match('^html') or raw.format:match('^markdown') then
		return nil
	end
	say(raw.text)
	return fenced(raw.text, 'text')
end

function RawInline(raw)
	if raw.format:match('^html') or raw.format:match('^markdown') then
		return nil
	end
	say(raw.text)
	return pandoc.Code(raw.text)
end

function Span(span) return span.content end

function Link(link)
	if #link.content == 0 then return {} end
	return pandoc.Link(link.content, link.target, link.title)
end

function Image(image)
	return pandoc.Image(image.caption, image.src, image.title)
end

function LineBlock(lines)
	local all = {}
	for i, line in ipairs(lines.content) do
		if i > 1 then table.insert(all, pandoc.LineBreak()) end
		for _, x in ipairs(line) do table.insert(all, x) end
	end
	return pandoc.Para(all)
end

local function lines_of(blocks, from)
	local text = {}
	for i = from, #blocks do
		local b = pandoc.walk_block(pandoc.Div({ blocks[i] }),
		    { SoftBreak = function() return pandoc.Str('\n') end })
		table.insert(text, (pandoc.utils.stringify(b)))
	end
	return table.concat(text, '\n')
end

local directives = {}

function directives.literalinclude(div)
	local text = '.. literalinclude:: ' .. lines_of(div.content, 1)
	say(text)
	return fenced(text, 'text')
end

function directives.prompt(div)
	local text = lines_of(div.content, 2)
	return fenced(('\n' .. text):gsub('\n', '\n$ '):sub(2), 'console')
end

directives['parsed-literal'] = function(div)
	say('parsed-literal, of which values are missing')
	return fenced(lines_of(div.content, 1), 'text')
end

function Div(div)
	local kind, rest = nil, {}
	for _, class in ipairs(div.classes) do
		if directives[class] then return directives[class](div) end
		if class == 'title' then return nil end
		kind = kind or alerts[class]
	end
	for _, block in ipairs(div.content) do
		if block.t ~= 'Div' then
			table.insert(rest, block)
		elseif kind == nil then
			for _, b in ipairs(block.content) do
				table.insert(rest, b)
			end
		end
	end
	if kind == nil then return rest end
	table.insert(rest, 1, pandoc.RawBlock('markdown',
	    '[!' .. kind .. ']'))
	return pandoc.BlockQuote(rest)
end

local function flat(blocks, out)
	local function add(inlines)
		if #out > 0 then
			table.insert(out, pandoc.Str(';'))
			table.insert(out, pandoc.Space())
		end
		for _, x in ipairs(inlines) do
			if x.t == 'LineBreak' then x = pandoc.Space() end
			table.insert(out, x)
		end
	end
	for _, b in ipairs(blocks) do
		if b.t == 'BulletList' or b.t == 'OrderedList' then
			for _, item in ipairs(b.content) do flat(item, out) end
		elseif b.t == 'BlockQuote' or b.t == 'Div' then
			flat(b.content, out)
		elseif b.t == 'LineBlock' then
			for _, line in ipairs(b.content) do add(line) end
		elseif b.t == 'CodeBlock' or b.t == 'RawBlock' then
			local text = b.text:gsub('```+%s*', '')
			add({ pandoc.Code((text:gsub('%s*\n%s*', '; '))) })
		elseif b.content then
			add(b.content)
		end
	end
	return out
end

local function flatten(cells)
	for i, cell in ipairs(cells) do
		cells[i] = { pandoc.Plain(flat(cell, {})) }
	end
	return cells
end

function Table(t)
	local simple = pandoc.utils.to_simple_table(t)
	simple.headers = flatten(simple.headers)
	for i, row in ipairs(simple.rows) do
		simple.rows[i] = flatten(row)
	end
	for i in ipairs(simple.widths) do simple.widths[i] = 0 end
	return pandoc.utils.from_simple_table(simple)
end
