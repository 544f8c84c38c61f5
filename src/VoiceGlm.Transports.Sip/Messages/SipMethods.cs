namespace VoiceGlm.Transports.Sip;

/// <summary>The methods that are understood here.</summary>
internal static class SipMethods
{
    public const string Invite = "INVITE";
    public const string Ack = "ACK";
    public const string Bye = "BYE";
    public const string Cancel = "CANCEL";
    public const string Options = "OPTIONS";
    public const string Register = "REGISTER";
    public const string Prack = "PRACK";
    public const string Update = "UPDATE";
    public const string Info = "INFO";
    public const string Refer = "REFER";
    public const string Notify = "NOTIFY";

    /// <summary>What the header Allow says.</summary>
    public const string Allow = "INVITE, ACK, BYE, CANCEL, OPTIONS, PRACK, UPDATE, INFO, REFER, NOTIFY";

    /// <summary>Whether a request of a method is answered here.</summary>
    public static bool IsUnderstood(string method) => method is Invite or Ack or Bye or Cancel or Options or Prack or Update or Info or Refer or Notify;
}
