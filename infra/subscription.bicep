// Second pass: run by subscribe.sh after the code is there, because only then the app has the key.

@description('The deployed function app.')
@minLength(2)
@maxLength(60)
param functionAppName string

@description('The system topic of the storage account.')
@minLength(3)
@maxLength(50)
param topicName string

@description('Largest frame, in bytes, that wakes the app; what is larger waits for the timer.')
@minValue(1000000)
@maxValue(16000000)
param largestFrame int = 4000000

resource app 'Microsoft.Web/sites@2025-03-01' existing = {
  name: functionAppName
}

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = {
  name: topicName
}

resource framesSubscription 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: topic
  name: 'frames'
  properties: {
    destination: {
      endpointType: 'WebHook'
      properties: {
        // Read here, the key passes through no shell, log or output.
        endpointUrl: 'https://${app.properties.defaultHostName}/runtime/webhooks/blobs?functionName=Host.Functions.read_frame&code=${listKeys('${app.id}/host/default', '2025-03-01').systemKeys.blobs_extension}'
        maxEventsPerBatch: 1 // a frame waits for no other
        preferredBatchSizeInKilobytes: 64
      }
    }
    eventDeliverySchema: 'EventGridSchema'
    filter: {
      includedEventTypes: ['Microsoft.Storage.BlobCreated']
      // The webhook itself does not look at the path.
      subjectBeginsWith: '/blobServices/default/containers/frames/blobs/'
      subjectEndsWith: '.jpg'
      // The app answers frames over 1,000,000 bytes with `too-large` and deletes them; those over
      // this bound would only fill the memory of an instance, so they wake none and are left to
      // the timer (functions/leftovers.py).
      advancedFilters: [
        {
          operatorType: 'NumberLessThanOrEquals'
          key: 'data.contentLength'
          value: largestFrame
        }
      ]
    }
    // A late frame gives no reading any more, but its event still deletes it: an hour of attempts.
    retryPolicy: {
      maxDeliveryAttempts: 10
      eventTimeToLiveInMinutes: 60
    }
  }
}
