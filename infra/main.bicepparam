using 'main.bicep'

// Everything comes from the environment: what deploy.sh exports or azd keeps, so that no secret is
// ever part of a command line. docs/deploy.md lists the variables. Numbers are read as JSON, which the
// compiler evaluates: a value outside what main.bicep allows is refused here, and `+ 0` refuses
// fractions. With int() it would be Azure that refuses, minutes later.

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME')
param location = readEnvironmentVariable('AZURE_LOCATION')
param siteLocation = readEnvironmentVariable('SITE_LOCATION', 'westeurope')
param videoProvider = readEnvironmentVariable('VIDEO_PROVIDER', 'mesh')
param opentokApiKey = readEnvironmentVariable('OPENTOK_API_KEY', '')
param opentokApiSecret = readEnvironmentVariable('OPENTOK_API_SECRET', '')
param vonageApplicationId = readEnvironmentVariable('VONAGE_APPLICATION_ID', '')
param vonagePrivateKey = readEnvironmentVariable('VONAGE_PRIVATE_KEY', '')
param iceServers = readEnvironmentVariable('ICE_SERVERS', '')
param turnUrls = readEnvironmentVariable('TURN_URLS', '')
param turnSecret = readEnvironmentVariable('TURN_SECRET', '')
param turnLifetimeSeconds = json(readEnvironmentVariable('TURN_LIFETIME_SECONDS', '3600')) + 0
param limits = readEnvironmentVariable('LIMITS', '{}')
param faceReader = readEnvironmentVariable('FACE_READER', 'azure')
param reading = readEnvironmentVariable('READING', 'choice')
param expressionModel = readEnvironmentVariable('EXPRESSION_MODEL', '')
param faceSku = readEnvironmentVariable('FACE_SKU', 'S0')
param signalrTier = readEnvironmentVariable('SIGNALR_TIER', 'Standard')
param signalrUnits = json(readEnvironmentVariable('SIGNALR_UNITS', '1')) + 0
param instanceMemoryMB = json(readEnvironmentVariable('INSTANCE_MEMORY_MB', '512')) + 0
param maximumInstanceCount = json(readEnvironmentVariable('MAXIMUM_INSTANCE_COUNT', '40')) + 0
param alwaysReadyInstances = json(readEnvironmentVariable('ALWAYS_READY_INSTANCES', '1')) + 0
param workerThreads = json(readEnvironmentVariable('PYTHON_THREADPOOL_THREAD_COUNT', '8')) + 0
param roomCapacity = json(readEnvironmentVariable('ROOM_CAPACITY', '6')) + 0
param ticketLifetimeSeconds = json(readEnvironmentVariable('TICKET_LIFETIME_SECONDS', '14400')) + 0
param frameSlotSeconds = json(readEnvironmentVariable('FRAME_SLOT_SECONDS', '1')) + 0
param frameLifetimeSeconds = json(readEnvironmentVariable('FRAME_LIFETIME_SECONDS', '10')) + 0
param ticketKey = readEnvironmentVariable('TICKET_KEY', '')
param roomCreationKey = readEnvironmentVariable('ROOM_CREATION_KEY', '')
param keptSecrets = filter(split(readEnvironmentVariable('KEPT_SECRETS', ''), ','), name => !empty(name))
param logDailyCapGb = json(readEnvironmentVariable('LOG_DAILY_CAP_GB', '1')) + 0
param budgetAmount = json(readEnvironmentVariable('BUDGET_AMOUNT', '100')) + 0
param budgetStart = readEnvironmentVariable('BUDGET_START')
param budgetEmails = union(
  filter(map(split(readEnvironmentVariable('BUDGET_EMAILS', ''), ','), email => trim(email)), email => !empty(email)),
  []
)
