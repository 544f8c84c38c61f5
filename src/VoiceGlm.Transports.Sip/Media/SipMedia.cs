using System.Net;
using VoiceGlm.Rtc;

namespace VoiceGlm.Transports.Sip;

/// <summary>The sound of one call and what is said about it: offers, answers, holds. Used under the gate; sound flows beside it.</summary>
internal sealed class SipMedia : IDisposable
{
    private readonly SipCodecs _codecs;
    private readonly SrtpPolicy _policy;
    private readonly bool _isSignallingSecure;
    private readonly PhoneSession _session;
    private readonly PhoneDescriber _describer;
    private readonly Listener _listener = new();
    private readonly TimeSpan _playoutDelay;
    private readonly Action _hangUp;
    private PhoneOffer? _offer;

    /// <param name="options">Ports, addresses and policies.</param>
    /// <param name="codecs">What can be agreed on.</param>
    /// <param name="address">This side's address, as the other reaches it.</param>
    /// <param name="isSignallingSecure">Whether keys can be told without being overheard.</param>
    /// <param name="time">The clock.</param>
    /// <param name="hangUp">Ends the call.</param>
    /// <exception cref="InvalidOperationException">No ports are free.</exception>
    public SipMedia(SipVoiceOptions options, SipCodecs codecs, string address, bool isSignallingSecure, TimeProvider time, Action hangUp)
    {
        _codecs = codecs;
        _policy = options.Srtp;
        _isSignallingSecure = isSignallingSecure;
        _playoutDelay = options.PlayoutDelay;
        _hangUp = hangUp;
        _session = new PhoneSession(IPAddress.Parse(options.Address), options.FirstMediaPort, options.LastMediaPort, _listener, time);
        _describer = new PhoneDescriber(address, _session.RtpPort, _session.RtcpPort);
    }

    /// <summary>The sound for a session; null before anything is agreed on.</summary>
    public SipVoiceConnection? Connection => _listener.Connection;

    /// <summary>What was agreed on; null before.</summary>
    public PhoneAgreement? Agreement => _session.Agreement;

    /// <summary>Which way this side wants sound to go: it holds the call where that is not both.</summary>
    public MediaDirection Direction { get; set; } = MediaDirection.SendReceive;

    /// <summary>Whether the other side holds the call.</summary>
    public bool IsHeld => Agreement is { } agreement && (agreement.Remote.Direction & MediaDirection.ReceiveOnly) == 0;

    /// <summary>How long no sound has come that should have; zero while none is agreed on.</summary>
    public TimeSpan Silence => Agreement is { Receives: true } ? _session.Now - _session.HeardAt : TimeSpan.Zero;

    /// <summary>Answers an offer, and holds to it.</summary>
    /// <exception cref="SdpException">It cannot be read or met.</exception>
    public string Answer(string offer)
    {
        PhoneAgreement agreement = PhoneAgreement.Answer(PhoneMedia.Parse(offer), _codecs.StartingWith(Agreement?.Format), Direction, _policy != SrtpPolicy.Off, Agreement);
        if (_policy == SrtpPolicy.Required && agreement.LocalKey is null) throw new SdpException("Expected RTP/SAVP: sound has to be protected here.");
        string answer = _describer.Describe(agreement);
        Use(agreement);
        return answer;
    }

    /// <summary>Makes an offer, which <see cref="Complete"/> ends.</summary>
    public string Offer()
    {
        bool protects = Agreement is { } agreement ? agreement.LocalKey is not null : _policy == SrtpPolicy.Required || (_policy == SrtpPolicy.Optional && _isSignallingSecure);
        _offer = PhoneOffer.Of(_codecs.StartingWith(Agreement?.Format), Direction, protects);
        return _describer.Describe(_offer);
    }

    /// <summary>Whether an offer waits for its answer.</summary>
    public bool IsOffering => _offer is not null;

    /// <summary>Takes the answer to the offer, and holds to it.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="isFinal">False while it rings: another telephone may still answer otherwise.</param>
    /// <exception cref="SdpException">It cannot be read or met.</exception>
    public void Complete(string answer, bool isFinal = true)
    {
        PhoneOffer offer = _offer ?? throw new SdpException("Expected no answer: nothing was offered.");
        if (isFinal) _offer = null;
        Use(PhoneAgreement.Complete(PhoneMedia.Parse(answer), offer));
    }

    /// <summary>No answer comes any more: what was agreed on before holds.</summary>
    public void Withdraw() => _offer = null;

    /// <inheritdoc/>
    public void Dispose()
    {
        Connection?.Close();
        _session.Dispose();
    }

    private void Use(PhoneAgreement agreement)
    {
        var codec = _codecs.Of(agreement.Format);
        if (Connection is { } connection)
        {
            connection.Change(codec);
        }
        else
        {
            connection = new SipVoiceConnection(codec, _playoutDelay, _hangUp);
            _listener.Connection = connection;
            connection.Begin(_session);
        }

        _session.Agree(agreement);
    }

    // The session is there before the first codec is known.
    private sealed class Listener : IPhoneListener
    {
        private volatile SipVoiceConnection? _connection;

        public SipVoiceConnection? Connection
        {
            get => _connection;
            set => _connection = value;
        }

        public void OnAudio(in AudioPacket packet) => _connection?.OnAudio(packet);

        public void OnTelephoneEvent(TelephoneEvent telephoneEvent) => _connection?.OnTelephoneEvent(telephoneEvent);

        public void OnReport(ReceptionReport report) => _connection?.OnReport(report);
    }
}
