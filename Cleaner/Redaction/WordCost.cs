namespace DataForge.Cleaner.Redaction;

/// <summary>
/// Tells random values from names and words: how many bits a value takes when it is read as words, and how many as characters drawn at
/// random (Shannon 1948, "A Mathematical Theory of Communication"). Words are paid for by pairs of letters, and more where one begins in
/// the middle of another: at a capital, a digit, a sign.
/// </summary>
internal static class WordCost
{
    // In quarters of a bit, as all costs here; estimated on passwords of 10 to 32 characters, and the literals of Python's packages.
    private const int Capital = 12;
    private const int LetterBehindDigit = 10;
    private const int FirstDigit = 25;
    private const int Digit = 14;
    private const int Sign = 12;
    private const int RareSign = 28;
    private const int NotAnAcronym = 16;
    private const int First = 26;

    // A row for each letter and one for the beginning of a word; in it what each letter costs there, from '0' on. Counted in the words of
    // Python's standard library, each word by the square root of how often it is there.
    private static ReadOnlySpan<byte> Pairs =>
        """
        MB?AQMESCZI<@>[CY<?;HJLKHT
        <FBG>LOQ?BP;IK>FUBBI>TPSBP
        =NGI=LR=DY?@IN9MTBG=CNRWKZ
        >HHC7HKR:SSCNJ?LVCAFCORPJY
        AL@>FDIQLZQAC=MEI:<?PHJAKW
        ?MHF?<JT8WWALH;JV?DD@WQUI\
        BNIJ7MD@>YSBH@CL\>>GBLQUQM
        9PMJ7OSN<]OGIK;P[BIBETRUJW
        EF@CDECZSYQ?B8?EXD?=XF^I_F
        >KGI8KMIANBLSL:DPJAJ:QMMKM
        ALHE6JDJ<OR@PCGJOG=GINBYIV
        =MKC8GRR:YR>OL<I_OBCDOT[BU
        :DOH7NSU?\MGCN><cQBGDUW^HY
        >O?==D;PAVHING@JUO?;FGTYMZ
        IEA@MHGTIWHA@9CA`;BB@GCLTS
        :PJI:JPH@bM>QN=AV<E@EQN\Ca
        ILLJMNMNKTPEMELIJEDM2MKOPS
        <MEE8JET=^JHDE=JbC?@FKNZE^
        DQCL9MKB>YIGJLBAPM>9@QLVFY
        =OEI9IU>;_RGJN@H\>ACEPLQDP
        CADG@EGWC\U>@:I@`=><PW\R\W
        8KJQ4LQP<UVPINCMWLJKPOORRS
        :LIE=KQ@9VRFM@>LU>@KPNIKWW
        @F=D=BQI?VRGDOI<VJG9MOPBEO
        GGBFAGKLBUOCA>D:TE<<MHFLKH
        @PKF4IOI;VSIHL?JPMIIPULKHE
        @C>AAAEFANKCBCD@NA=@DIEJPN
        """u8;

    /// <summary>How many bits more a value takes as words than as random characters; below 0 for words and names.</summary>
    /// <param name="value">The value, in ASCII.</param>
    public static double Excess(ReadOnlySpan<byte> value)
    {
        int cost = 0;
        int run = 0;
        int letter = First;
        Kind before = Kind.None;
        foreach (byte b in value)
        {
            Kind kind = KindOf(b);
            int last = letter;
            letter = kind is Kind.Small or Kind.Capital ? (b | 0x20) - 'a' : First;
            cost += (kind, before) switch
            {
                (Kind.Small, Kind.Small) => Pair(last, letter),
                (Kind.Small, Kind.Capital) => run == 1 ? Pair(last, letter) : NotAnAcronym + Pair(last, letter),
                (Kind.Small or Kind.Capital, Kind.Digit) => LetterBehindDigit + Pair(First, letter),
                (Kind.Capital, Kind.Capital) => Pair(last, letter) + 2,
                (Kind.Capital, Kind.Small) => Capital + Pair(First, letter),
                (Kind.Small, _) => Pair(First, letter),
                (Kind.Capital, _) => Pair(First, letter) + 4,
                (Kind.Digit, Kind.Digit) => Digit,
                (Kind.Digit, _) => FirstDigit,
                _ => b is (byte)'_' or (byte)'-' or (byte)'.' or (byte)'/' or (byte)':' ? Sign : RareSign,
            };
            run = kind == before ? run + 1 : 1;
            before = kind;
        }

        return (cost / 4.0) - (value.Length * Math.Log2(Alphabet(value)));
    }

    private static int Pair(int before, int letter) => Pairs[(before * 27) + letter] - '0';

    // How many characters the value was drawn from, as far as it shows.
    private static int Alphabet(ReadOnlySpan<byte> value)
    {
        bool hasSmall = value.ContainsAnyInRange((byte)'a', (byte)'z');
        bool hasCapital = value.ContainsAnyInRange((byte)'A', (byte)'Z');
        bool isHex = hasSmall != hasCapital;
        bool hasDigit = false;
        bool hasSign = false;
        foreach (byte b in value)
        {
            hasDigit |= char.IsAsciiDigit((char)b);
            hasSign |= KindOf(b) == Kind.None;
            isHex &= char.IsAsciiHexDigit((char)b);
        }

        return isHex ? 16 : Math.Max(2, (hasSmall ? 26 : 0) + (hasCapital ? 26 : 0) + (hasDigit ? 10 : 0) + (hasSign ? 8 : 0));
    }

    private static Kind KindOf(byte b) => (char)b switch
    {
        >= 'a' and <= 'z' => Kind.Small,
        >= 'A' and <= 'Z' => Kind.Capital,
        >= '0' and <= '9' => Kind.Digit,
        _ => Kind.None,
    };

    private enum Kind
    {
        None,
        Small,
        Capital,
        Digit,
    }
}
