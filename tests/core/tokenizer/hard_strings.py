"""Strings that tokenizers disagree on: every script, marks, controls, emoji families, code, white space, and random mixtures."""
import random

HAND_MADE = [
    "",
    " ",
    "   ",
    "Hello, world!",
    " leading and trailing  ",
    "two  spaces   three    four",
    "tabs\tand\nnew\r\nlines\n\n\nmany\u000b\u000c",
    "don't I'll we've you're he's I'm she'd DON'T I'LL 'tis",
    "The year 1984, 3.14159, 1,000,000 and ½ ² ³ ① Ⅻ ٣٤٥ ९८७",
    "naïve café Zürich Łódź Ångström ﬁnancial oﬃce ǅ ŉ ẞ İstanbul ı",
    "e\u0301 a\u030a\u0323 \u0301alone q\u0307\u0323 \u0344 \u0958 \u1e9b\u0323",
    "NFC\u00c5 \u212b \u2126 \u1100\u1161\u11a8 \uac01 ｆｕｌｌ ｗｉｄｔｈ ﷺ ㍿ ㋿",
    "中文字符测试，标点。 日本語のテスト、カタカナー ひらがな 한국어 시험 𠀀𪜀𮯠",
    "Привет, мир! Ελληνικά: Όδυσσεύς ΣΑΣ ς. Հայերեն ქართული",
    "العَرَبِيَّة مرحبا بالعالم ١٢٣ עִבְרִית שלום\u200f \u202bRTL\u202c",
    "हिन्दी नमस्ते क्षत्रिय বাংলা தமிழ் తెలుగు ಕನ್ನಡ മലയാളം සිංහල ไทยภาษาไทย ລາວ བོད་ မြန်မာ ភាសាខ្មែរ",
    "👨‍👩‍👧‍👦 👩🏽‍🚀 🏳️‍🌈 🇫🇷🇩🇪 ❤️ 🫠 1️⃣ ☎︎",
    "\x00NUL\x00 \x01\x02 \x7f \x80\x9f \u00ad \u200b\u200c\u200d\u2060\ufeff \ufffd \ufffe",
    "\u00a0\u1680\u2000\u2003\u2007\u2028\u2029\u202f\u205f\u3000 spaces \u180e end",
    "def f(x: int) -> str:\n    return f\"{x!r}\\n\"  # comment\n\n\tif x >= 0x1F and not y:",
    "<html><body class=\"a b\">&nbsp;&lt;</body></html> {\"k\": [1, -2.5e-3, null]}",
    "https://example.com/a/b?c=d&e=%20f#g user.name+tag@mail.example.org C:\\temp\\x.txt",
    "!!!???... --- ___ === *** /// \\\\\\ ``` ~~~ @#$%^&*()[]{}<>|",
    "camelCaseAndPascalCase snake_case kebab-case SCREAMING_CASE x86_64 v1.2.3-rc4",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "Pneumonoultramicroscopicsilicovolcanoconiosis antidisestablishmentarianism",
    "<s>special</s> <unk> <pad><mask> a<mask>b   <mask>   [CLS] x [SEP][MASK] [UNK] [PAD] <|endoftext|>end <extra_id_0> <0x41> </w>",
    "word<|endoftext|>word [mask] [Mask] wordadded addedword added added, ADDED stripleft  stripleft striprightx stripright  x",
    "▁already ▁▁meta ▁space_ ĠByte Ċlevel ##piece ##",
    "‘quotes’ “double” «guillemets» „low“ – — ― … · • † ‡ § ¶ © ® ™ € £ ¥ ₿",
    "∀x∈ℝ: ∑ᵢ xᵢ² ≥ 0 ⇒ ∫₀^∞ e⁻ˣ dx = 1; √2 ≈ 1.414; ℵ₀ ⊂ ℂ",
    "𝒜𝓫𝔠 𝕏𝟙 🅰🅱 Ⓐⓑ ⅷ ㎏ ㈱ ꜀ 𐐷 𐍈 𒀀 𓀀 𞤀 𞸀",
    "\U00011f02\U00011f50\U00010d40\U0002ebf0\U00031350\U0001fae8\u1c89\ua7cb newer Unicode",
    "\n\n  \n \t x\n",
    "a\u0300\u0316\u0301b \u0323\u0302\u00e2\u0323 \ufb1d\u05b7 \u0f71\u0f72\u0f74",
    "ＡＢＣ１２３ ｶﾞｷﾞ ㌔ ㍻ ﬀ ĳ ǆ ¼ ℃ ﾞ",
    "\u0e33\u0eb3 \u0c46\u0c56 \u09cb \u0bca \u1026 \U000110ab \U0001d15e",
]

# Special and added tokens of real models inside texts, where splitting and stripping differ.
EXTRA = [
    "<s> a", "a<s>b</s>", "</s></s>", " </s> x", "<s><s> <s>", "a <mask> b", "a<mask>", "  <mask>  b", "<unk> <unk>x", "<pad>a<pad>",
    "<extra_id_0> x <extra_id_99>", "a<extra_id_1>b<extra_id_100>", "[CLS] a [SEP]b", "[MASK]x", "a [MASK] b [mask]", "[UNK][PAD]", "<|endoftext|>", "a <|endoftext|> b<|endoftext|>",
    "<<SYS>> hi </SYS>", "[INST] x [/INST]", "<0x0A><0xFF>", "▁", "▁▁▁", " ▁ ▁", "a▁b", ">>fra<< hello", ">>eng<<bonjour", " >>eng<< x", ">>x<<>>y<<", "</s>>>eng<<x",
    " a", "  a", "   a  b   c    ", "a ", "a\t", "\ta", "\n", "\n\n\n", "\r\n", " \n a", "a\u00a0b", "\u3000a\u3000", "\u200ba", "\ufeffa", "a\ufeff",
    "\x00", "a\x00b", "\x01\x02\x03", "\x7f", "\x85", "\u00ad", "\ufffd", "\ufffd\ufffd", "a\ufffdb", "\ufffe\uffff", "\ue000", "\U0010ffff", "\U000e0001\U000e0041",
    "\u0301", "\u0301a", " \u0301", "a\u0301\u0301\u0301", "\u0940", "\u20e3", "1\ufe0f\u20e3", "\u1100\u1161", "\u1161", "\u200d", "👩\u200d", "\u200d👩", "🏽", "👍🏽", "🇫", "🇫🇷🇩", "🏴\U000e0067\U000e0062\U000e007f",
    "0", "00", "007", "1234567890", "1,234.5", "٠١٢", "१२३", "²³¹", "½⅓", "ⅷⅨ", "一二三", "０１２", "1st 2nd", "3.14e-10", "0xDEADBEEF", "1_000",
    "'s", "I'm", "don't", "DON'T", "o'clock'll've", "''", "``x''", "’s", "rock’n’roll", "it 's", "'", "' ' '",
    "foo(bar){return a[b]->c;}", "a=b==c!=d", "x+=1;//y", "#include <a.h>\n#define X 1", "if(x){\n\treturn;\n}", "SELECT * FROM t WHERE a='b';", "^\\d+\\s*$", "a\\nb", "<!-- c -->", "$x = @{$y};",
    "http://a.b/c", "https://user:pw@host:80/p?q=1#f", "ftp://x", "mailto:a@b.c", "www.a-b.co.uk", "a/b\\c", "~/.x", "C:\\", "::1", "192.168.0.1",
    "ＡＢＣ", "ﬁ ﬂ", "ℌ", "㍿", "ﷺ", "Ǆǅǆ", "ß ẞ SS", "İi̇Iı", "Σσς", "ŉ", "ŀ", "ĳ", "ⓐ", "ﾊﾟ", "が", "か\u3099", "\u212b\u00c5A\u030a", "\u0344", "\ufb2c",
    "مرحبا", "\u202bאבג\u202c", "שָׁלוֹם", "हिन्दी", "ไทย", "ខ្មែរ", "မြန်မာ", "བོད", "ᠮᠣᠩᠭᠣᠯ", "ⴰⵎⴰⵣⵉⵖ", "ꦗꦮ", "𐎀𐎁", "𝔘𝔫𝔦", "𓀀", "中", "中文abc中文", "日本語テスト", "한국어", "ひらがなカタカナ", "漢字かな交じり文。",
]

# Lines of about 100 kB: a text and how often it stands in a row.
LONG = [["a", 100_000], [" ", 100_000], ["ab ", 33_000], ["The lighthouse keeper reads 1984 keys. ", 2_600], ["中文字符", 8_000], ["e\u0301", 30_000], ["👩‍👩‍👧‍👦", 4_000], ["é<s>", 15_000], ["x\n", 50_000], ["\x00", 100_000]]

POOLS = [
    "abcdefghijklmnopqrstuvwxyz",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "0123456789",
    " \t\n\r\u00a0\u3000  ",
    ".,;:!?'\"()-_/\\@#$%&*+=<>[]{}|~`^",
    "éèêëàâäôöûüçñßøåæœğışžčłńőű",
    "АБВГДабвгдежзийклмнопрстуфхцчшщъыьэюя",
    "αβγδεζηθικλμνξοπρσςτυφχψωΆΈΉ",
    "中文字符测试日本語漢字𠀀龥",
    "あいうえおかがきぎアイウエオカガーｶﾞ",
    "가나다라마바사한국어각힣각",
    "ابتثجحخدذرزسشصضطظعغفقكلمنهويَُِّْ",
    "אבגדהוזחטיכלמנסעפצקרשתִַָ",
    "अआइईउकखगघचछजझनमयरलवशसह़्ािीुूेै",
    "กขคงจฉชซดตถทนบปพฟมยรลวศสหอฮะาิีึืุูเแโใไ็่้",
    "\u0300\u0301\u0302\u0303\u0308\u030a\u0323\u0327\u0328\u0331\u0345",
    "😀😁🎉👍🏽👩‍💻🏳️‍🌈🇺🇸❤️",
    "\x00\x01\x1b\x7f\x85\u200b\u200c\u200d\u200e\u200f\u2028\u2029\ufeff\ufffd\u00ad",
    "½²³①Ⅳ٣९๓",
    "ﬁﬂﬀ㎏㍿ℵℝ™ﷺ",
]
SNIPPETS = ["<s>", "</s>", "<unk>", "<mask>", "[MASK]", "[CLS]", "<|endoftext|>", "'s", "'ll", "n't", "▁", "Ġ", "##", "http://", "\r\n", "  ", "added", "stripleft", "stripright"]


def expanded(string):
    """The text itself, of a string or an entry of LONG."""
    return string if isinstance(string, str) else string[0] * string[1]


def random_strings(count, seed):
    rng = random.Random(seed)
    strings = []
    for _ in range(count):
        parts = []
        for _ in range(rng.randint(1, 12)):
            kind = rng.random()
            if kind < 0.1:
                parts.append(rng.choice(SNIPPETS))
            elif kind < 0.2:
                point = rng.choice([rng.randint(0, 0x7FF), rng.randint(0x800, 0xFFFF), rng.randint(0x10000, 0x10FFFF), rng.randint(0x1F300, 0x1FAFF)])
                parts.append(chr(point) if not 0xD800 <= point < 0xE000 else "?")
            else:
                pool = rng.choice(POOLS[:6] if kind < 0.6 else POOLS)
                parts.append("".join(rng.choice(pool) for _ in range(rng.randint(1, 8))))
            if rng.random() < 0.3:
                parts.append(" ")
        strings.append("".join(parts))
    return strings


def all_characters(count=250):
    """Every code point of planes 0 and 1 and samples above, after a letter, before a letter and with a mark, a few hundred a string."""
    points = [c for c in list(range(0x20000)) + list(range(0x20000, 0x110000, 61)) + list(range(0xE0000, 0xE0200)) if not 0xD800 <= c < 0xE000]
    forms = ["a{} ", "{}e\u0323", " '{}1"]
    return ["".join(form.format(chr(c)) for c in points[i : i + count]) for form in forms for i in range(0, len(points), count)]
